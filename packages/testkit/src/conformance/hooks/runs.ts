import type { TelemetryEvent } from "@charm/telemetry-core";
import { RunBuilder } from "../../run-builder.ts";
import { sampleRun } from "../../sample-runs.ts";
import type { ConformanceCase } from "../case.ts";
import { playToEnd } from "./play.ts";

/** Runs that a careful manager would not let pass; hosts and exporters restart, and then they happen. */
const OUT_OF_ORDER: readonly (readonly [id: string, title: string, what: string, events: () => TelemetryEvent[]])[] = [
  ["child-before-parent", "takes a child that comes before its parent", "a child before its parent", childFirst],
  ["end-before-start", "takes ends that come before their starts, or without", "an end without its start", endsFirst],
  ["events-after-the-end", "takes events that come after the end of their run", "events after the end", afterTheEnd],
  ["duplicate-events", "takes events that come twice", "an event that came before", twice],
];

/** Runs as agents have them every day. */
const AT_ONCE: typeof OUT_OF_ORDER = [
  [
    "parallel-tools",
    "tells tools apart that run at the same time",
    "tools of one name that run at once",
    parallelTools,
  ],
  ["nested-runs", "tells a run from the one inside it", "a run inside a run", nestedRuns],
  [
    "interleaved-runs",
    "tells runs apart that go on at the same time",
    "events of several runs in turn",
    interleavedRuns,
  ],
];

export const runs: readonly ConformanceCase[] = [...AT_ONCE, ...OUT_OF_ORDER].map(([id, title, what, events]) => ({
  id,
  title,
  level: "hooks",
  after: ["ordinary-values", "events-settled"],
  run: (bench) => playToEnd(bench, events(), what),
}));

function parallelTools(): TelemetryEvent[] {
  const run = new RunBuilder().start();
  const [first, second, third] = ["Dover", "Calais", "Ostend"].map((harbour, index) =>
    run.tool("tide_table", harbour, { toolCallId: `call_${index}` }),
  );
  third?.end("13:40");
  run.token("meanwhile ");
  first?.end("14:02");
  second?.fail(new Error("no such harbour"));
  return run.end().events;
}

function nestedRuns(): TelemetryEvent[] {
  const outer = new RunBuilder().start({ agent: "outer" });
  const tool = outer.tool("ask_colleague", "tides");
  const before = outer.events.length;
  tool.end("14:02");
  outer.token("14:02").end({ output: "14:02" });
  return [...outer.events.slice(0, before), ...sampleRun(), ...outer.events.slice(before)];
}

function interleavedRuns(): TelemetryEvent[] {
  const all = [sampleRun(), sampleRun(), sampleRun()];
  const longest = Math.max(...all.map((events) => events.length));
  return Array.from({ length: longest }, (_, index) => all.flatMap((events) => events[index] ?? [])).flat();
}

function childFirst(): TelemetryEvent[] {
  const run = new RunBuilder().start();
  const parent = run.tool("outer");
  const child = run.tool("inner", "", { parent });
  child.end("done");
  parent.end("done");
  run.end();
  const [start, outerStart, innerStart, ...rest] = run.events;
  return [innerStart, outerStart, start, ...rest].flatMap((event) => event ?? []);
}

function endsFirst(): TelemetryEvent[] {
  const isStart = ({ hook }: TelemetryEvent): boolean => hook.endsWith("Start");
  const [tidy, orphaned] = [sampleRun(), sampleRun()];
  const failed = new RunBuilder().fail(new Error("never started")).events;
  const reversed = [...tidy.filter((event) => !isStart(event)), ...tidy.filter(isStart)];
  return [...reversed, ...orphaned.filter((event) => !isStart(event)), ...failed];
}

function afterTheEnd(): TelemetryEvent[] {
  const run = new RunBuilder().start();
  const tool = run.tool("slow");
  const llm = run.llm({ model: "model" });
  run.end();
  llm.token("late").token("later").end({ output: "late" });
  tool.end("late").action("late", "").token("late");
  run.tool("late").fail(new Error("late"));
  return run.fail(new Error("late")).events;
}

function twice(): TelemetryEvent[] {
  return [...sampleRun().flatMap((event) => [event, event]), ...repeated(sampleRun())];
}

function repeated(events: readonly TelemetryEvent[]): TelemetryEvent[] {
  return [...events, ...events];
}
