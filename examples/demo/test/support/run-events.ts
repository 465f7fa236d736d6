import type { CharmEvent } from "@charm/telemetry-runner";
import type { UpstreamEvent } from "./upstream-events.ts";

/** What people see of each run, by the status that comes before it. */
export function runsByStatus(events: readonly CharmEvent[]): Map<unknown, UpstreamEvent[]> {
  const runs = new Map<unknown, UpstreamEvent[]>();
  let run: UpstreamEvent[] = [];
  for (const { type, content, fields } of events) {
    if (type === "status") runs.set(content, (run = []));
    else run.push(fields as unknown as UpstreamEvent);
  }
  return runs;
}

/** The events of each run under `CHARM_TELEMETRY_STDOUT=full`, by its id. */
export function runsById(events: readonly CharmEvent[]): Map<string, CharmEvent[]> {
  const runs = new Map<string, CharmEvent[]>();
  for (const event of events) {
    const runId = event.origin?.runId;
    if (runId === undefined) continue;
    const run = runs.get(runId);
    if (run === undefined) runs.set(runId, [event]);
    else run.push(event);
  }
  return runs;
}

/** What people see of each run, by the name that it says it has. */
export function runsByName(runs: Iterable<readonly CharmEvent[]>): Map<unknown, UpstreamEvent[]> {
  return new Map(Array.from(runs, (run) => [run[0]?.fields["name"], run.filter(isForPeople).map(withoutOrigin)]));
}

/** Events of a run that do not follow the one before: several lines of one event have its number. */
export function gapsIn(run: readonly CharmEvent[]): object[] {
  return run.flatMap(({ origin }, index) => {
    const before = run[index - 1]?.origin?.sequence ?? -1;
    const step = (origin?.sequence ?? Number.NaN) - before;
    return step === 1 || (step === 0 && index > 0) ? [] : [{ before, origin }];
  });
}

/** Events that have happened in runs without gaps. */
export function eventsIn(runs: readonly (readonly CharmEvent[])[]): number {
  return runs.reduce((sum, run) => sum + (run.at(-1)?.origin?.sequence ?? -1) + 1, 0);
}

export interface Counts {
  readonly runs: number;
  readonly failed: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly toolResults: number;
  readonly toolErrors: number;
  readonly tokens: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** How much the lines of `CHARM_TELEMETRY_STDOUT=full` tell of. */
export function countsOf(events: readonly CharmEvent[]): Counts {
  const whole = events.filter(({ fields }) => (fields["part"] ?? 1) === 1);
  const count = (name: string, type?: string): number =>
    whole.filter((event) => event.origin?.event === name && (type ?? event.type) === event.type).length;
  const usage = (name: string): number =>
    whole.reduce((sum, { fields }) => sum + ((fields["usage"] as Record<string, number> | undefined)?.[name] ?? 0), 0);
  return {
    runs: count("run_start"),
    failed: count("error", "error"),
    llmCalls: count("llm_start"),
    toolCalls: count("agent_action"),
    toolResults: count("tool_end") + count("tool_error"),
    toolErrors: count("tool_error"),
    tokens: count("llm_new_token"),
    inputTokens: usage("input_tokens"),
    outputTokens: usage("output_tokens"),
  };
}

function isForPeople({ type }: CharmEvent): boolean {
  return type !== "telemetry";
}

function withoutOrigin({ type, content, fields }: CharmEvent): UpstreamEvent {
  const format = fields["format"];
  return typeof format === "string" ? { type, content, format } : { type, content };
}
