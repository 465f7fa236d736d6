import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { TelemetryEvent } from "@charm/telemetry-core";
import { RunBuilder } from "../../run-builder.ts";
import type { AttachedExporter } from "../attach.ts";
import type { Bench } from "../bench.ts";
import { NotApplicable } from "../not-applicable.ts";
import type { ConformanceCase } from "../case.ts";

/** What is made once has been made after so many events. */
const WARM_UP_EVENTS = 5000;
const EVENTS = 25_000;
/**
 * Twice the ids of what has ended, which an exporter may remember for a while; half of what its tools have said, and
 * less than a reference to each event.
 */
const MAX_GROWTH_BYTES = 3 * 1024 * 1024;
/** Of a tool's output. */
const TEXT_BYTES = 8000;

export const memoryFlat: ConformanceCase = {
  id: "memory-flat",
  title: "needs no more memory after 25 000 events than before",
  level: "hooks",
  after: ["ordinary-values", "events-settled"],
  async run(bench) {
    const attached = await bench.start({ isWatched: false });
    if (attached.account.disabled !== undefined)
      throw new NotApplicable("it is switched off without configuration: give it an environment");
    await playMany(bench, attached, WARM_UP_EVENTS);
    const before = await heapBytes();
    await playMany(bench, attached, EVENTS);
    const grown = (await heapBytes()) - before;
    if (grown > MAX_GROWTH_BYTES)
      bench.report(
        "what belongs to an event is let go when the event is settled: after flush(), memory is as it was before",
        `after ${EVENTS} events it has grown by ${(grown / 1024 / 1024).toFixed(1)} MB, ${Math.round(grown / EVENTS)} bytes for each`,
      );
  },
};

async function playMany(bench: Bench, attached: AttachedExporter, count: number): Promise<void> {
  // The backend lives in this process, too: it takes everything and keeps nothing.
  const intake = bench.hasIntake ? await bench.intake() : undefined;
  await intake?.setFault({ kind: "status", status: 202 });
  for (let played = 0; played < count;) {
    const events = longRun(played);
    await attached.play(events);
    await attached.flush(never);
    intake?.requests.splice(0);
    played += events.length;
  }
}

/** About 200 events, with texts that no other run has. */
function longRun(seed: number): TelemetryEvent[] {
  const run = new RunBuilder().start();
  for (let step = 0; step < 5; step++) {
    // Decoded, for a padded string would share its padding with all others.
    const text = Buffer.alloc(TEXT_BYTES, `${seed} ${step} `).toString("latin1");
    run.tool("tide_table", "Dover").end(text);
    const llm = run.llm({ model: "model" });
    for (let token = 0; token < 36; token++) llm.token(`${seed} ${token} `);
    llm.end({ output: text });
  }
  return run.end().events;
}

const never = new AbortController().signal;

export async function heapBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What is let go by finalizers goes one turn later.
  for (let turn = 0; turn < 3; turn++) {
    await setImmediate();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
