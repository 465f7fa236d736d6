import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { pythonSkip } from "../lib/python.mjs";
import { EMITTERS, PYTHON_EMITTER } from "../programs/emitters.mjs";

const WARM_UP = 20_000;
const EVENTS = 100_000;
const BY_HAND = "one write per turn";

export const token = {
  name: "token",
  title: "Token to line on stdout",
  repetitions: [5, 2],
  plan: () => ({
    note:
      `${EVENTS.toLocaleString("en")} tokens into a pipe that another process drains, all in one turn of the event loop, and with a turn after ` +
      "every 20. CPU of the main thread per token, system calls included; million lines per second that came out of the " +
      "pipe, from the first token to the last byte; ratios of CPU in bulk to ours.",
    columns: [
      { key: "bulkNs", title: "CPU ns, bulk" },
      { key: "bulkRate", title: "M/s, bulk" },
      { key: "turnsNs", title: "CPU ns, 20 a turn" },
      { key: "turnsRate", title: "M/s, 20 a turn" },
      { key: "ratio", title: "bulk CPU", ratioOf: "bulkNs" },
      { key: "lost", title: "lines lost", isOptional: true },
      { key: "bulkToHand", ratioOf: "bulkNs", to: BY_HAND, isHidden: true },
      { key: "turnsToHand", ratioOf: "turnsNs", to: BY_HAND, isHidden: true },
      { key: "rateToHand", ratioOf: "bulkRate", to: BY_HAND, isHidden: true },
    ],
    cases: [
      ...Object.keys(EMITTERS).map((emitter) => ({
        name: emitter,
        base: "charm",
        run: () => both("token.mjs", { emitter }),
      })),
      { name: PYTHON_EMITTER, base: "charm", skip: pythonSkip, run: python },
    ],
    targets: [
      { what: "token to line, main-thread CPU, bulk", unit: "ns", atMost: 300, value: (of) => of("charm", "bulkNs") },
      {
        what: "token to line, main-thread CPU, 20 a turn",
        unit: "ns",
        atMost: 300,
        value: (of) => of("charm", "turnsNs"),
      },
      { what: "token to line, throughput", unit: "M/s", atLeast: 2, value: (of) => of("charm", "bulkRate") },
      // The same targets as a machine of any speed can tell them: by what the peers took where they were set.
      ...[
        { key: "bulkToHand", what: "main-thread CPU, bulk", atMost: 1 },
        { key: "turnsToHand", what: "main-thread CPU, 20 a turn", atMost: 1 },
        { key: "rateToHand", what: "throughput", atLeast: 0.75 },
      ].map(({ key, what, ...limit }) => ({
        what: `token to line, ${what}, to one write per turn by hand`,
        unit: "×",
        ...limit,
        value: (of) => of("charm", key),
      })),
      { what: "token to line, lines lost", atMost: 0, value: (of) => of("charm", "lost") },
    ],
  }),
};

async function both(program, input) {
  const bulk = await emit(program, { ...input, perTurn: EVENTS });
  const turns = await emit(program, { ...input, perTurn: 20 });
  return {
    bulkNs: bulk.ns,
    bulkRate: bulk.rate,
    turnsNs: turns.ns,
    turnsRate: turns.rate,
    lost: bulk.lost + turns.lost,
  };
}

/** Python has no turns: each token is flushed before the next. */
async function python() {
  const { ns, rate, lost } = await emit("token.py", { mode: "bulk" });
  return { bulkNs: ns, bulkRate: rate, lost };
}

async function emit(program, input) {
  const pipe = countingPipe();
  const { wallMs, mainCpuMs } = await runProgram(
    program,
    { warmUp: WARM_UP, events: EVENTS, ...input },
    { stdout: pipe.fd },
  );
  const lost = WARM_UP + EVENTS - (await pipe.result);
  return { ns: (mainCpuMs * 1e6) / EVENTS, rate: (EVENTS - lost) / wallMs / 1000, lost };
}
