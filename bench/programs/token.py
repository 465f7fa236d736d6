"""The same as token.mjs, latency.mjs and asleep.mjs, as a Python SDK does it: one line, one flush per token."""

import json
import os
import sys
import time

given = json.loads(sys.argv[1])
pieces = ["The ", "tide ", "comes", " in at", " six, "]


def emit(index):
    event = {"type": "delta", "content": pieces[index % len(pieces)]}
    print("__CHARM_EVENT__" + json.dumps(event, ensure_ascii=False), flush=True)


def bulk():
    for index in range(given["warmUp"]):
        emit(index)
    wall, cpu = time.monotonic(), time.thread_time()
    for index in range(given["events"]):
        emit(index)
    cpu_ms = (time.thread_time() - cpu) * 1000
    return {"wallMs": (time.monotonic() - wall) * 1000, "mainCpuMs": cpu_ms, "processCpuMs": cpu_ms}


def paced(note):
    """Every millisecond, what is due."""
    start = time.monotonic()
    done = 0
    longest = 0.0
    last = start
    while done < given["events"]:
        now = time.monotonic()
        longest = max(longest, now - last)
        last = now
        due = min(given["events"], int((now - start) * given["perSecond"]))
        for index in range(done, due):
            note(index)
            emit(index)
        done = max(done, due)
        time.sleep(0.001)
    longest = max(longest, time.monotonic() - last)
    return longest * 1000


def latency():
    times = []
    paced(lambda index: times.append(time.monotonic_ns() / 1000))
    return {"emittedUs": times}


def asleep():
    longest_ms = paced(lambda index: None)
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    return {"longestTurnMs": longest_ms, "peakMb": peak}


result = json.dumps({"bulk": bulk, "latency": latency, "asleep": asleep}[given["mode"]]())
with os.fdopen(3, "w") as channel:
    channel.write(result)
