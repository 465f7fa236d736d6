import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HookResult, Outcome, StartInfo } from "../../src/exporter.ts";
import { RecordingExporter } from "../support/recording-exporter.ts";
import { deferred, eventOf, laneOf, tokenEvent } from "./support.ts";
import type { Deferred } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Answers each token as it is told. */
class Scripted extends RecordingExporter {
  readonly #answer: (token: string, exporter: Scripted) => unknown;

  constructor(answer: (token: string, exporter: Scripted) => unknown) {
    super();
    this.#answer = answer;
  }

  override onLlmNewToken(...args: unknown[]): void {
    super.onLlmNewToken(...args);
    return this.#answer(args[0] as string, this) as void;
  }

  get later(): HookResult {
    return this.pending;
  }

  tell(eventCount: number, outcome: Outcome): void {
    this.settle(eventCount, outcome);
  }

  give(reason: string): void {
    this.disable(reason);
  }

  get tokens(): unknown[] {
    return this.of("onLlmNewToken").map((event) => event.arguments[0]);
  }
}

describe("hooks", () => {
  it("are called one at a time, in the order of events", async () => {
    const calls = [deferred(), deferred()];
    const exporter = new Scripted((token) => calls[Number(token)]?.promise);
    const { push, account, lane } = laneOf(exporter);
    push("0", "1", "2");
    expect(exporter.tokens).toEqual(["0"]);
    expect(lane.pending).toBe(3);
    calls[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(exporter.tokens).toEqual(["0", "1"]);
    calls[1]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(exporter.tokens).toEqual(["0", "1", "2"]);
    expect(account.outcomes).toEqual({ delivered: 3 });
  });

  it("that call the host again are not called inside themselves", () => {
    const exporter: Scripted = new Scripted((token) => {
      if (token === "outer") push("inner");
      expect(exporter.tokens.at(-1)).toBe(token);
    });
    const { push, account } = laneOf(exporter);
    push("outer");
    expect(exporter.tokens).toEqual(["outer", "inner"]);
    expect(account.outcomes).toEqual({ delivered: 2 });
  });

  it("that throw, reject or return a hostile thing drop their event and nothing else", async () => {
    const hostile = {
      get then(): never {
        throw new Error("no then");
      },
    };
    const { push, account } = laneOf(
      new Scripted((token) => {
        if (token === "throws") throw new Error("thrown");
        if (token === "rejects") return Promise.reject(new Error("rejected"));
        if (token === "hostile") return hostile;
        return token === "odd" ? 42 : undefined;
      }),
    );
    push("throws", "fine", "rejects", "hostile", "odd");
    await vi.advanceTimersByTimeAsync(0);
    expect(account.outcomes).toEqual({ failed: 3, delivered: 2 });
    expect(account.errors).toEqual(["thrown", "rejected", "no then"]);
  });

  it("that do not settle are given up at their deadline, and what they say later is not counted", async () => {
    const call = deferred<unknown>();
    const exporter = new Scripted((token) => (token === "hangs" ? call.promise : undefined));
    const { push, account, lane } = laneOf(exporter, { limits: { hookMs: 100 } });
    push("hangs", "next");
    await vi.advanceTimersByTimeAsync(99);
    expect(exporter.tokens).toEqual(["hangs"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(exporter.tokens).toEqual(["hangs", "next"]);
    expect(account.outcomes).toEqual({ deadline: 1, delivered: 1 });
    call.resolve(exporter.later);
    await vi.advanceTimersByTimeAsync(0);
    exporter.tell(1, "delivered");
    expect(account.outcomes).toEqual({ deadline: 1, delivered: 1 });
    expect(account.errors).toEqual(["onLlmNewToken took longer than 0.1 s"]);
    expect(lane.pending).toBe(0);
  });

  it("that are optional and absent have nothing to deliver", () => {
    const exporter = new RecordingExporter();
    Object.assign(exporter, { onLlmStart: undefined });
    const { lane, account } = laneOf(exporter);
    lane.push(eventOf("onLlmStart", [{ model: "m" }]));
    expect(account.outcomes).toEqual({ delivered: 1 });
  });

  it("get an error of their own each time, and frozen values", () => {
    const exporter = new RecordingExporter();
    const { lane } = laneOf(exporter);
    const failure = eventOf("onToolError", ["search", { name: "RangeError", message: "far", code: "E_FAR" }]);
    lane.push(failure);
    lane.push(failure);
    lane.push(eventOf("onRunStart", ["run", { deep: { list: [1] } }]));
    const [one, two] = exporter.of("onToolError").map((event) => event.arguments[1]);
    expect(one).toBeInstanceOf(Error);
    expect(one).toMatchObject({ name: "RangeError", message: "far", code: "E_FAR" });
    expect(one).not.toBe(two);
    const inputs = exporter.of("onRunStart")[0]?.arguments[1] as { deep: { list: number[] } };
    expect([inputs, inputs.deep, inputs.deep.list].every((value) => Object.isFrozen(value))).toBe(true);
  });
});

describe("settling", () => {
  it("keeps an event pending until the exporter says what became of it", () => {
    const exporter: Scripted = new Scripted(() => exporter.later);
    const { push, account, lane } = laneOf(exporter);
    push("a", "b", "c");
    expect(lane.pending).toBe(3);
    exporter.tell(2, "delivered");
    exporter.tell(1, "too_large");
    expect(account.outcomes).toEqual({ delivered: 2, too_large: 1 });
    expect(lane.pending).toBe(0);
  });

  it("may come from inside the hook of the very event", () => {
    const exporter: Scripted = new Scripted((token) => {
      if (token === "last") exporter.tell(3, "delivered");
      return exporter.later;
    });
    const { push, account, lane } = laneOf(exporter);
    push("a", "b", "last");
    expect(account.outcomes).toEqual({ delivered: 3 });
    expect(account.errors).toEqual([]);
    expect(lane.pending).toBe(0);
  });

  it("is limited to what is pending, and says so", () => {
    const exporter: Scripted = new Scripted((token) =>
      token === "kept" ? exporter.later : exporter.tell(1, "sampled"),
    );
    const { push, account, lane } = laneOf(exporter);
    push("kept");
    exporter.tell(5, "delivered");
    push("at once");
    expect(account.outcomes).toEqual({ delivered: 2 });
    expect(account.errors).toEqual([
      "4 more events were settled than were pending",
      "1 more events were settled than were pending",
    ]);
    expect(lane.pending).toBe(0);
  });

  it.each([
    [-1, "delivered"],
    [0.5, "delivered"],
    [Number.NaN, "delivered"],
    [1, "lost"],
    [1, undefined],
  ])("refuses settle(%s, %s)", (eventCount, outcome) => {
    const exporter: Scripted = new Scripted(() => exporter.later);
    const { push, account, lane } = laneOf(exporter);
    push("a");
    exporter.tell(eventCount, outcome as Outcome);
    expect(account.settled).toBe(0);
    expect(account.errors).toHaveLength(1);
    expect(lane.pending).toBe(1);
  });
});

describe("start", () => {
  it("comes before any event; events that come before it is done are kept, in order", async () => {
    const started = deferred();
    const told: StartInfo[] = [];
    const exporter = Object.assign(new Scripted(() => undefined), {
      start: (info: StartInfo) => {
        told.push(info);
        return started.promise;
      },
    });
    const { push, account } = laneOf(exporter);
    push("a", "b");
    expect(exporter.tokens).toEqual([]);
    started.resolve();
    await vi.advanceTimersByTimeAsync(0);
    push("c");
    expect(exporter.tokens).toEqual(["a", "b", "c"]);
    expect(account.states).toEqual(["starting", "ready"]);
    expect(told).toHaveLength(1);
    expect(told[0]?.agent.name).toBe("research-agent");
  });

  it("is tried again after longer and longer pauses when it fails; nothing is lost meanwhile", async () => {
    let attempts = 0;
    const exporter = Object.assign(new Scripted(() => undefined), {
      start: () => {
        attempts++;
        if (attempts === 1) throw new Error("store is down");
        return attempts === 4 ? Promise.resolve() : Promise.reject(new Error("store is down"));
      },
    });
    const { push, account } = laneOf(exporter, { limits: { restartMs: 100, maxRestartMs: 150 } });
    push("a");
    expect(account.states).toEqual(["starting", "failed"]);
    await vi.advanceTimersByTimeAsync(99);
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(attempts).toBe(2);
    push("b");
    await vi.advanceTimersByTimeAsync(149);
    expect(attempts).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(attempts).toBe(3);
    await vi.advanceTimersByTimeAsync(150);
    expect(attempts).toBe(4);
    expect(exporter.tokens).toEqual(["a", "b"]);
    expect(account.states.at(-1)).toBe("ready");
    expect(account.outcomes).toEqual({ delivered: 2 });
    expect(account.warnings).toEqual(["acme: could not start, and is started again later: store is down"]);
  });

  it("that never answers is given up, aborted and tried again; its late success counts", async () => {
    const signals: AbortSignal[] = [];
    const first = deferred();
    const exporter = Object.assign(new Scripted(() => undefined), {
      start: (_: StartInfo, signal: AbortSignal) => {
        signals.push(signal);
        return first.promise;
      },
    });
    const { push, account } = laneOf(exporter, { limits: { startMs: 50, restartMs: 1000 } });
    push("a");
    await vi.advanceTimersByTimeAsync(50);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(account.states).toEqual(["starting", "failed"]);
    first.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(account.states.at(-1)).toBe("ready");
    await vi.advanceTimersByTimeAsync(5000);
    expect(signals).toHaveLength(1);
    expect(account.outcomes).toEqual({ delivered: 1 });
  });

  it.each([
    [
      "a module that cannot be loaded",
      () => Promise.reject(new Error("no such file")),
      /could not be loaded.*no such file/,
    ],
    [
      "a constructor that throws",
      () => () => {
        throw new Error("no home");
      },
      /constructor failed: no home/,
    ],
    ["a class that lacks hooks", () => () => ({ onRunStart() {} }), /onRunEnd, onError.*missing/],
    ["a frozen instance", () => () => Object.freeze(new RecordingExporter()), /constructor failed/],
  ] as const)("is impossible for %s: disabled, with one warning", async (_, load, warning) => {
    const { push, account, lane } = laneOf(load as () => () => object);
    push("a");
    await vi.advanceTimersByTimeAsync(0);
    push("b");
    expect(account.states).toEqual(["starting", "disabled"]);
    expect(account.outcomes).toEqual({ disabled: 2 });
    expect(account.warnings).toEqual([expect.stringMatching(warning)]);
    expect(account.warnings[0]).toMatch(/^acme: disabled, /);
    await lane.end(1000);
    expect(lane.pending).toBe(0);
  });
});

describe("bounds", () => {
  it("drop the oldest events when too many wait", () => {
    const exporter = Object.assign(new Scripted(() => undefined), { start: () => deferred().promise });
    const { push, account, lane } = laneOf(exporter, { limits: { queueEvents: 3 } });
    push("a", "b", "c", "d", "e");
    expect(account.outcomes).toEqual({ queue_full: 2 });
    expect(lane.pending).toBe(3);
    expect(account.taken).toBe(2);
  });

  it("count bytes too", () => {
    const exporter = Object.assign(new Scripted(() => undefined), { start: () => deferred().promise });
    const { push, account, lane } = laneOf(exporter, { limits: { queueBytes: 1000 } });
    push("x".repeat(300), "y".repeat(300), "z".repeat(600));
    expect(account.outcomes).toEqual({ queue_full: 3 });
    expect(lane.pending).toBe(0);
  });
});

describe("the circuit breaker", () => {
  it("opens after failures in a row, lets one event through after the pause, and closes when that succeeds", () => {
    let isBroken = true;
    const exporter = new Scripted(() => {
      if (isBroken) throw new Error("down");
    });
    const { push, account } = laneOf(exporter, { limits: { breakerFailures: 3, breakerMs: 1000 } });
    push("1", "2", "3", "4", "5");
    expect(account.outcomes).toEqual({ failed: 3, circuit_open: 2 });
    expect(account.states.at(-1)).toBe("open");
    vi.advanceTimersByTime(1000);
    push("6", "7");
    expect(account.outcomes).toEqual({ failed: 4, circuit_open: 3 });
    isBroken = false;
    vi.advanceTimersByTime(1000);
    push("8", "9");
    expect(account.outcomes).toEqual({ failed: 4, circuit_open: 3, delivered: 2 });
    expect(account.states.at(-1)).toBe("ready");
    expect(account.warnings).toHaveLength(1);
  });

  it("counts failures in a row only, and those outside hooks too", () => {
    const exporter = new Scripted((token) => {
      if (token === "bad") throw new Error("down");
    });
    const { push, account, lane } = laneOf(exporter, { limits: { breakerFailures: 2 } });
    push("bad", "good", "bad", "good");
    expect(account.states.at(-1)).toBe("ready");
    push("bad");
    lane.fault(new Error("in a timer"));
    expect(account.states.at(-1)).toBe("open");
  });
});

describe("flush", () => {
  it("comes after the hooks of all events before it, and waits for none after it", async () => {
    const story: string[] = [];
    const calls = new Map<string, Deferred>();
    const flushed = deferred();
    const exporter = Object.assign(
      new Scripted((token) => {
        story.push(token);
        calls.set(token, deferred());
        return calls.get(token)?.promise;
      }),
      {
        flush: () => {
          story.push("flush");
          return flushed.promise;
        },
      },
    );
    const { push, lane } = laneOf(exporter);
    push("a", "b");
    let isDone = false;
    const flush = lane.flush(1000).then(() => {
      isDone = true;
    });
    push("c");
    calls.get("a")?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(story).toEqual(["a", "b"]);
    calls.get("b")?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(story.toSorted()).toEqual(["a", "b", "c", "flush"]);
    expect(isDone).toBe(false);
    flushed.resolve();
    await flush;
  });

  it("ends at its deadline, aborted, whatever the exporter does", async () => {
    let signal: AbortSignal | undefined;
    const exporter = Object.assign(new RecordingExporter(), {
      flush: (given: AbortSignal) => {
        signal = given;
        return new Promise(() => {});
      },
    });
    const { lane } = laneOf(exporter);
    const flush = lane.flush(200);
    await vi.advanceTimersByTimeAsync(199);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await flush;
    expect(signal?.aborted).toBe(true);
  });

  it("that fails is the exporter's last error, and resolves", async () => {
    const exporter = Object.assign(new RecordingExporter(), { flush: () => Promise.reject(new Error("no")) });
    const { lane, account } = laneOf(exporter);
    await lane.flush(200);
    expect(account.errors).toEqual(["no"]);
  });
});

describe("the end", () => {
  it("hands over what waits, flushes, shuts down, once, and refuses what comes later", async () => {
    const story: string[] = [];
    const exporter = Object.assign(new Scripted((token) => void story.push(token)), {
      flush: async () => void story.push("flush"),
      shutdown: async () => void story.push("shutdown"),
    });
    const { push, lane, account } = laneOf(exporter);
    push("a", "b");
    await Promise.all([lane.end(1000), lane.end(1000)]);
    push("late");
    await lane.end(1000);
    expect(story).toEqual(["a", "b", "flush", "shutdown"]);
    expect(account.outcomes).toEqual({ delivered: 2, after_shutdown: 1 });
    expect(account.states.at(-1)).toBe("stopped");
  });

  it("happens in the same call where the exporter is synchronous", () => {
    const exporter = new RecordingExporter();
    const { push, lane, account } = laneOf(exporter);
    push("a");
    void lane.end(1000);
    expect(account.states.at(-1)).toBe("stopped");
  });

  it("leaves shutdown some time when flush hangs, and drops what is not settled by then", async () => {
    const aborted: string[] = [];
    const waitsForAbort = (name: string) => (signal: AbortSignal) =>
      new Promise<void>(() => signal.addEventListener("abort", () => aborted.push(name)));
    const exporter: Scripted = new Scripted((token) => (token === "hangs" ? new Promise(() => {}) : exporter.later));
    Object.assign(exporter, { flush: waitsForAbort("flush"), shutdown: waitsForAbort("shutdown") });
    const { push, lane, account } = laneOf(exporter, { limits: { hookMs: 500 } });
    push("kept", "hangs", "kept too");
    const end = lane.end(1000);
    await vi.advanceTimersByTimeAsync(999);
    expect(aborted).toEqual(["flush", "shutdown"]);
    expect(account.states.at(-1)).toBe("ready");
    await vi.advanceTimersByTimeAsync(1);
    await end;
    expect(account.outcomes).toEqual({ deadline: 3 });
    expect(lane.pending).toBe(0);
    exporter.tell(2, "delivered");
    expect(account.outcomes).toEqual({ deadline: 3 });
    expect(account.states.at(-1)).toBe("stopped");
  });

  it("comes sooner when it is asked for again with less time", async () => {
    const exporter = Object.assign(new RecordingExporter(), { shutdown: () => new Promise<void>(() => {}) });
    const { lane, account } = laneOf(exporter);
    const end = lane.end(60_000);
    void lane.end(100);
    await vi.advanceTimersByTimeAsync(100);
    await end;
    expect(account.states.at(-1)).toBe("stopped");
  });

  it("counts events that were never settled as unknown", async () => {
    const exporter: Scripted = new Scripted(() => exporter.later);
    const { push, lane, account } = laneOf(exporter);
    push("a", "b");
    await lane.end(1000);
    expect(account.outcomes).toEqual({ unknown: 2 });
    expect(account.errors).toEqual(["2 events were never settled"]);
  });

  it("starts an exporter that waits for its next start once more, at once", async () => {
    let attempts = 0;
    const exporter = Object.assign(new Scripted(() => undefined), {
      start: () => {
        if (++attempts === 1) throw new Error("store is down");
      },
    });
    const { push, lane, account } = laneOf(exporter);
    push("a");
    await lane.end(1000);
    expect(exporter.tokens).toEqual(["a"]);
    expect(account.outcomes).toEqual({ delivered: 1 });
  });

  it("gives up what waits for an exporter that does not start", async () => {
    const exporter = Object.assign(new Scripted(() => undefined), {
      start: () => Promise.reject(new Error("store is down")),
    });
    const { push, lane, account } = laneOf(exporter);
    push("a", "b");
    await vi.advanceTimersByTimeAsync(0);
    await lane.end(1000);
    expect(account.outcomes).toEqual({ deadline: 2 });
  });
});

describe("an exporter that switches itself off", () => {
  it("is told nothing more, with one warning; what it was handed it may still settle", () => {
    const exporter: Scripted = new Scripted((token) => {
      if (token === "b") {
        exporter.give("no API key. Set ACME_KEY.");
        exporter.give("no API key. Set ACME_KEY.");
      }
      return exporter.later;
    });
    const { push, lane, account } = laneOf(exporter);
    push("a", "b", "c");
    expect(exporter.tokens).toEqual(["a", "b"]);
    expect(account.outcomes).toEqual({ disabled: 1 });
    expect(lane.pending).toBe(2);
    exporter.tell(2, "delivered");
    expect(account.outcomes).toEqual({ disabled: 1, delivered: 2 });
    expect(account.states.at(-1)).toBe("disabled");
    expect(account.warnings).toEqual(["acme: disabled, no API key. Set ACME_KEY."]);
  });

  it("while it starts, does not get ready any more", async () => {
    const exporter: Scripted = Object.assign(new Scripted(() => undefined), {
      start: () => exporter.give("no API key"),
    });
    const { push, lane, account } = laneOf(exporter);
    push("a");
    expect(account.states).toEqual(["starting", "disabled"]);
    await lane.flush(1000);
    await lane.end(1000);
    expect(account.outcomes).toEqual({ disabled: 1 });
    expect(account.states.at(-1)).toBe("disabled");
  });
});

describe("content", () => {
  it("is withheld from an exporter that may not see it", () => {
    const exporter = new RecordingExporter();
    const { lane } = laneOf(exporter, { captureContent: false });
    lane.push(tokenEvent("secret plans"));
    lane.push(
      eventOf("onToolError", ["search", { name: "QuotaError", message: "of Ada", stack: "QuotaError: of Ada" }]),
    );
    expect(exporter.of("onLlmNewToken")[0]?.arguments).toEqual([""]);
    const error = exporter.of("onToolError")[0]?.arguments[1];
    expect(error?.name).toBe("QuotaError");
    expect(`${error?.message} ${error?.stack}`).not.toContain("Ada");
  });
});
