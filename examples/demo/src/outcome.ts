import type { ExporterHealth, TelemetryHealth } from "@charm/telemetry-core";
import type { AgentResult, CharmEvent } from "@charm/telemetry-runner";
import type { Totals } from "./board.ts";
import type { StandInAccount } from "./stand-ins.ts";

/** Everything that is known when the agent has ended. */
export interface Outcome {
  readonly fault: string | undefined;
  readonly wantedRuns: number;
  readonly agent: AgentResult;
  readonly totals: Totals;
  /** Different events that the runner has read on stdout, and places in runs that were left out. */
  readonly read: { readonly events: number; readonly missing: number };
  /** The agent's own account, its last line; undefined if it did not come. */
  readonly health: TelemetryHealth | undefined;
  /** By the exporter's name. */
  readonly standIns: ReadonlyMap<string, StandInAccount>;
}

export interface Check {
  /** What should be so. */
  readonly claim: string;
  readonly isTrue: boolean;
  /** The figures behind it. */
  readonly figures: string;
}

/** Reads the account that a process writes at its end; undefined for every other event. */
export function healthOf({ type, fields }: CharmEvent): TelemetryHealth | undefined {
  if (type !== "telemetry" || fields["event"] !== "report") return undefined;
  const health = fields["health"] as TelemetryHealth | undefined;
  return Array.isArray(health?.exporters) ? health : undefined;
}

/** Compares what the agent, its exporters, the runner and the backends say of the same events. */
export function checksOf(outcome: Outcome): Check[] {
  const { agent, totals, wantedRuns, health, read, standIns } = outcome;
  const ended = totals.succeeded + totals.failed;
  return [
    check("the agent ended by itself with code 0", agent.endedBy === "exit" && agent.exitCode === 0, {
      "ended by": agent.endedBy,
      code: agent.exitCode,
    }),
    check("all runs have ended", ended === wantedRuns, { ended, wanted: wantedRuns }),
    check("the agent left its account", health !== undefined, {}),
    ...(health === undefined ? [] : stdoutChecks(health, read)),
    ...(health === undefined
      ? []
      : [...standIns].flatMap(([name, account]) => exporterChecks(outcome, health, name, account))),
  ];
}

function stdoutChecks({ stdout, events }: TelemetryHealth, read: Outcome["read"]): Check[] {
  const dropped = sumOf(stdout.droppedBy);
  // Of the lines that were dropped nothing can be read; an event may take several.
  const isWhole =
    dropped === 0 ? read.events === events.recorded && read.missing === 0 : read.events + dropped >= events.recorded;
  return [check("every event is on stdout", isWhole, { recorded: events.recorded, read: read.events, dropped })];
}

function exporterChecks(outcome: Outcome, health: TelemetryHealth, name: string, account: StandInAccount): Check[] {
  const exporter = health.exporters.find((each) => each.name === name);
  if (exporter === undefined) return [check(`${name}: the agent has loaded it`, false, {})];
  const { accepted, delivered, dropped, droppedBy, pending } = exporter;
  const reasons = sumOf(droppedBy);
  // The agent takes what is pending for what is left: of an event that was settled twice, less than nothing is.
  const balances = accepted === delivered + dropped + pending && pending >= 0;
  const common = [
    check(`${name}: accepted = delivered + dropped + pending`, balances, { accepted, delivered, dropped, pending }),
    check(`${name}: every drop has its reason`, dropped === reasons, { dropped, reasons }),
    check(`${name}: it was given every event`, accepted === health.events.recorded, {
      accepted,
      recorded: health.events.recorded,
    }),
    check(`${name}: what it counts as sent is what the backend has acknowledged`, agrees(outcome, exporter, account), {
      sent: exporter.units.spans,
      acknowledged: account.acknowledged,
      received: account.received,
    }),
  ];
  if (outcome.fault !== undefined) return common;
  const { llmCalls, toolCalls } = outcome.totals;
  const expected = outcome.wantedRuns + llmCalls + toolCalls;
  return [
    ...common,
    check(`${name}: everything was delivered`, delivered === accepted, { accepted, delivered }),
    check(`${name}: each run, LLM call and tool call is one span`, account.received === expected, {
      expected,
      received: account.received,
    }),
    check(`${name}: no span is alone or came twice`, account.orphans + account.duplicates === 0, {
      "without parent": account.orphans,
      twice: account.duplicates,
    }),
  ];
}

/**
 * Both count the same, unless an answer was lost: then the backend may have answered an exporter that no longer
 * listened, which counts those as unknown or out of time; or its answer broke off after the good status.
 */
function agrees({ fault }: Outcome, { units, droppedBy, pending }: ExporterHealth, account: StandInAccount): boolean {
  if (units.spans === account.acknowledged || fault === undefined) return units.spans === account.acknowledged;
  if (units.spans > account.acknowledged) return units.spans <= account.received;
  return (droppedBy.unknown ?? 0) + (droppedBy.deadline ?? 0) + pending > 0;
}

function sumOf(amounts: Readonly<Record<string, number>>): number {
  return Object.values(amounts).reduce((sum, amount) => sum + amount, 0);
}

function check(claim: string, isTrue: boolean, figures: Readonly<Record<string, string | number>>): Check {
  return {
    claim,
    isTrue,
    figures: Object.entries(figures)
      .map(([name, figure]) => `${name} ${figure}`)
      .join(", "),
  };
}
