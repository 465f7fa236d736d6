import { runProgram } from "../lib/child.mjs";
import { readerPipe } from "../lib/pipe.mjs";
import { pythonSkip } from "../lib/python.mjs";
import { quantile } from "../lib/statistics.mjs";
import { EMITTERS, PYTHON_EMITTER } from "../programs/emitters.mjs";

const PER_SECOND = 10_000;
const BY_HAND = "one write per turn";

export const latency = {
  name: "latency",
  title: "Emit to line read, at 10,000 tokens per second",
  repetitions: [3, 2],
  plan: (quick) => ({
    note:
      "Microseconds from the call to the moment at which another process has the whole line. Every millisecond the tokens that " +
      "are due, about ten, as a model's response brings them; the first 2,000 are left out.",
    columns: [
      { key: "p50", title: "p50 µs" },
      { key: "p99", title: "p99 µs" },
      { key: "max", title: "longest µs" },
      { key: "ratio", title: "p50", ratioOf: "p50" },
      { key: "p50ToHand", ratioOf: "p50", to: BY_HAND, isHidden: true },
      { key: "p99ToHand", ratioOf: "p99", to: BY_HAND, isHidden: true },
    ],
    cases: [
      ...Object.keys(EMITTERS).map((emitter) => ({
        name: emitter,
        base: "charm",
        run: () => measure("latency.mjs", { emitter }, quick),
      })),
      {
        name: PYTHON_EMITTER,
        base: "charm",
        skip: pythonSkip,
        run: () => measure("token.py", { mode: "latency" }, quick),
      },
    ],
    targets: [
      { what: "emit to line read, p50", unit: "µs", atMost: 100, value: (of) => of("charm", "p50") },
      { what: "emit to line read, p99", unit: "µs", atMost: 400, value: (of) => of("charm", "p99") },
      ...["p50", "p99"].map((key) => ({
        what: `emit to line read, ${key}, to one write per turn by hand`,
        unit: "×",
        atMost: 1.2,
        value: (of) => of("charm", `${key}ToHand`),
      })),
    ],
  }),
};

async function measure(program, input, quick) {
  const events = quick ? 5000 : 12_000;
  const pipe = readerPipe({ noteTimes: true });
  const { emittedUs } = await runProgram(program, { events, perSecond: PER_SECOND, ...input }, { stdout: pipe.fd });
  const { lines, readUs } = await pipe.result;
  if (lines !== events) throw new Error(`${events} tokens were emitted and ${lines} lines read.`);
  const waits = readUs.map((us, index) => us - emittedUs[index]).slice(2000);
  return { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), max: Math.max(...waits) };
}
