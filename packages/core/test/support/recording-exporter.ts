import { HOOKS } from "../../src/events.ts";
import type { EventContext, HookName, TelemetryEvent } from "../../src/events.ts";
import { BaseTelemetryExporter } from "../../src/exporter.ts";

/** Keeps every event that it is given. */
export class RecordingExporter extends BaseTelemetryExporter {
  readonly name: string;
  readonly events: TelemetryEvent[] = [];

  constructor(name = "recording") {
    super();
    this.name = name;
  }

  override onRunStart(...args: unknown[]): void {
    this.#keep("onRunStart", args);
  }
  override onRunEnd(...args: unknown[]): void {
    this.#keep("onRunEnd", args);
  }
  override onError(...args: unknown[]): void {
    this.#keep("onError", args);
  }
  override onToolStart(...args: unknown[]): void {
    this.#keep("onToolStart", args);
  }
  override onToolEnd(...args: unknown[]): void {
    this.#keep("onToolEnd", args);
  }
  override onToolError(...args: unknown[]): void {
    this.#keep("onToolError", args);
  }
  override onLlmNewToken(...args: unknown[]): void {
    this.#keep("onLlmNewToken", args);
  }
  override onAgentAction(...args: unknown[]): void {
    this.#keep("onAgentAction", args);
  }
  override onLlmStart(...args: unknown[]): void {
    this.#keep("onLlmStart", args);
  }
  override onLlmEnd(...args: unknown[]): void {
    this.#keep("onLlmEnd", args);
  }
  override onLlmError(...args: unknown[]): void {
    this.#keep("onLlmError", args);
  }

  of<Hook extends HookName>(hook: Hook): TelemetryEvent<Hook>[] {
    return this.events.filter((event) => event.hook === hook) as TelemetryEvent<Hook>[];
  }

  /** `hook first-argument` of each event, in order: short enough to compare. */
  get story(): string[] {
    return this.events.map(({ hook, arguments: [first, second] }) => {
      const told = hook === "onRunStart" || hook === "onRunEnd" ? second : hook === "onError" ? second : first;
      return `${hook.slice(2)} ${told instanceof Error ? told.message : typeof told === "string" ? told : JSON.stringify(told)}`;
    });
  }

  #keep(hook: HookName, args: unknown[]): void {
    const context = args.at(-1) as EventContext;
    this.events.push({ hook, arguments: args.slice(0, -1), context } as unknown as TelemetryEvent);
  }
}

const ENDS: Partial<Record<HookName, readonly HookName[]>> = {
  onRunStart: ["onRunEnd", "onError"],
  onToolStart: ["onToolEnd", "onToolError"],
  onLlmStart: ["onLlmEnd", "onLlmError"],
};

/** What is wrong with a recording, by the contract; empty if nothing is. */
export function contractProblems(events: readonly TelemetryEvent[], { isOver = true } = {}): string[] {
  const problems: string[] = [];
  const nextOf = new Map<string, number>();
  const traceOf = new Map<string, string>();
  const started = new Map<string, { hook: HookName; runId: string; ends: number }>();
  const over = new Set<string>();
  for (const { hook, context } of events) {
    const { runId, traceId, spanId, parentSpanId, sequence } = context;
    const at = `${hook} ${runId} ${sequence}`;
    if (!HOOKS.includes(hook)) problems.push(`${at}: no such hook`);
    // A run id may be used again when its run has ended.
    if (hook === "onRunStart") {
      nextOf.set(runId, 0);
      over.delete(runId);
    }
    const isEnd = Object.values(ENDS).some((ends) => ends.includes(hook));
    if (over.has(runId) && !isEnd) problems.push(`${at}: after the end of its run`);
    if (hook === "onRunEnd" || hook === "onError") over.add(runId);
    if (sequence !== (nextOf.get(runId) ?? 0)) problems.push(`${at}: sequence, expected ${nextOf.get(runId) ?? 0}`);
    nextOf.set(runId, sequence + 1);
    if ((traceOf.get(runId) ?? traceId) !== traceId) problems.push(`${at}: another trace id`);
    traceOf.set(runId, traceId);
    if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)) problems.push(`${at}: malformed id`);
    if (ENDS[hook] !== undefined) {
      if (started.has(spanId)) problems.push(`${at}: span id used twice`);
      started.set(spanId, { hook, runId, ends: 0 });
      if ((hook === "onRunStart") !== (parentSpanId === undefined)) problems.push(`${at}: parent`);
      if (hook === "onRunStart" && sequence !== 0) problems.push(`${at}: not the run's first`);
    }
    const span = started.get(spanId);
    if (span === undefined) problems.push(`${at}: no such span`);
    else if (span.runId !== runId) problems.push(`${at}: span of another run`);
    else if (ENDS[span.hook]?.includes(hook) === true) span.ends++;
    else if (isEnd) problems.push(`${at}: ends a span of another kind`);
    else if (span.ends > 0) problems.push(`${at}: after the end of its span`);
    if (parentSpanId !== undefined && started.get(parentSpanId)?.runId !== runId)
      problems.push(`${at}: no such parent`);
  }
  for (const [spanId, { hook, ends }] of started)
    if (ends > 1 || (isOver && ends === 0)) problems.push(`${hook} ${spanId}: ${ends} ends`);
  return problems;
}
