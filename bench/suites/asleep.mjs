import { runProgram } from "../lib/child.mjs";
import { readerPipe } from "../lib/pipe.mjs";
import { pythonSkip } from "../lib/python.mjs";
import { EMITTERS, PYTHON_EMITTER } from "../programs/emitters.mjs";

const PER_SECOND = 40_000;
const EVENTS = 70_000;

export const asleep = {
  name: "asleep",
  title: "The reader sleeps for a second",
  repetitions: [2, 1],
  plan: () => ({
    note:
      `${PER_SECOND.toLocaleString("en")} tokens per second; after 0.3 s the reader of the pipe sleeps for one second. Longest time from one turn ` +
      "of the agent's event loop to the next (turns are one millisecond apart), peak memory of the process, lines that never came.",
    columns: [
      { key: "longestTurnMs", title: "longest turn, ms" },
      { key: "peakMb", title: "peak memory, MB" },
      { key: "lost", title: "lines lost" },
      { key: "toSonicBoom", ratioOf: "longestTurnMs", to: "sonic-boom", isHidden: true },
    ],
    cases: [
      ...Object.keys(EMITTERS).map((emitter) => ({ name: emitter, run: () => measure("asleep.mjs", { emitter }) })),
      { name: PYTHON_EMITTER, skip: pythonSkip, run: () => measure("token.py", { mode: "asleep" }) },
    ],
    targets: [
      {
        what: "reader asleep for 1 s: longest turn of the agent",
        unit: "ms",
        atMost: 10,
        value: (of) => of("charm", "longestTurnMs"),
      },
      {
        what: "reader asleep for 1 s: longest turn, to sonic-boom",
        unit: "×",
        atMost: 2,
        value: (of) => of("charm", "toSonicBoom"),
      },
    ],
  }),
};

async function measure(program, input) {
  const pipe = readerPipe({ sleepAfterMs: 300, sleepMs: 1000 });
  const { longestTurnMs, peakMb } = await runProgram(
    program,
    { events: EVENTS, perSecond: PER_SECOND, ...input },
    { stdout: pipe.fd },
  );
  const { lines } = await pipe.result;
  return { longestTurnMs, peakMb, lost: EVENTS - lines };
}
