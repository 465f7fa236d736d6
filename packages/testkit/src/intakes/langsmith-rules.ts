import type { LangsmithRun, RunOperation } from "./langsmith-run.ts";

const SEGMENT = /^\d{8}T\d{12}Z[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_LENGTH = 36;

/** What is wrong with a run of the right shape: what its fields mean together, and beside what was sent before. */
export function problemsOfRun({ kind, run }: RunOperation, known: (id: string) => LangsmithRun | undefined): string[] {
  return [
    ...orderProblems(run),
    ...timeProblems(run),
    ...(kind === "patch" ? repeatProblems(run, known(run.id)) : []),
    ...parentProblems(run, known(run.parent_run_id ?? "")),
  ];
}

function* orderProblems(run: LangsmithRun): Generator<string> {
  const segments = run.dotted_order.split(".");
  if (!segments.every((segment) => SEGMENT.test(segment))) {
    yield "dotted_order: each segment must be a time with microseconds, Z and a UUID";
    return;
  }
  const ids = segments.map((segment) => segment.slice(-UUID_LENGTH));
  if (ids.at(-1) !== run.id) yield "dotted_order: must end with id";
  if (ids[0] !== run.trace_id) yield "dotted_order: must begin with the segment of trace_id";
  if (ids.at(-2) !== run.parent_run_id) yield "parent_run_id: must be the id before the last in dotted_order";
  const time = segments.at(-1)?.slice(0, -UUID_LENGTH);
  if (typeof run.start_time === "string" && compact(run.start_time) !== time)
    yield "dotted_order: its last time must be start_time";
}

function* timeProblems({ start_time: start, end_time: end }: LangsmithRun): Generator<string> {
  if (start !== undefined && end !== undefined && unixMs(end) < Math.floor(unixMs(start)))
    yield "end_time: must not be before start_time";
}

function* repeatProblems(run: LangsmithRun, posted: LangsmithRun | undefined): Generator<string> {
  if (posted === undefined) return;
  for (const field of ["trace_id", "dotted_order", "parent_run_id", "start_time"] as const)
    if (run[field] !== undefined && run[field] !== posted[field]) yield `${field}: must be what was posted`;
}

function* parentProblems(run: LangsmithRun, parent: LangsmithRun | undefined): Generator<string> {
  if (parent !== undefined && !run.dotted_order.startsWith(`${parent.dotted_order}.`))
    yield "dotted_order: must begin with that of the parent";
}

function compact(time: string): string {
  return time.replaceAll(/[-:.]/g, "");
}

function unixMs(time: string | number): number {
  return typeof time === "number" ? time : Date.parse(time);
}
