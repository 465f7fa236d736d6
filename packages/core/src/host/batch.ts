import { HOOKS } from "../events.ts";
import type { EventContext, HookName, RunInfo } from "../events.ts";
import type { Masker } from "../secrets.ts";
import { errorRecord } from "../snapshot.ts";
import { EVENT_BYTES, HOOK_SHAPES, bytesOf, hostEvent, maskedValue } from "./event.ts";
import type { HostEvent } from "./event.ts";

/**
 * Events on their way to a host thread, in columns: what many events share is written once, and no object is kept for
 * an event. Few columns, because each costs the agent's thread something whenever a batch is posted.
 */
export interface Batch {
  readonly kind: "batch";
  /** Place of the first event among all events that the link has taken. */
  readonly first: number;
  /** About what all batches up to this one took in memory. */
  readonly totalBytes: number;
  /** Per event: its sequence, the number of its scope in this batch, and its hook, in one number. */
  readonly codes: Float64Array;
  readonly times: Float64Array;
  /** Per event: its scope when that is new in this batch, its arguments (errors as records), its run's description. */
  readonly values: readonly unknown[];
}

const HOOK_NUMBERS = Object.fromEntries(HOOKS.map((hook, number) => [hook, number])) as Record<HookName, number>;
const ARGUMENT_COUNTS: readonly number[] = HOOKS.map((hook) => HOOK_SHAPES[hook].argumentCount);
const HOOK_BOUND = 16;
const HAS_RUN = 16;
const SCOPE = 32;
const SEQUENCE = SCOPE * 1024;

/** More fit neither into a batch nor into the numbers of scopes. */
export const MAX_BATCH_EVENTS = 1024;

type Scope = readonly [
  runId: string,
  traceId: string,
  spanId: string,
  parentSpanId: string | undefined,
  toolCallId: string | undefined,
];

/** Packs events on the agent's thread. */
export class BatchWriter {
  #totalBytes = 0;
  #bytes = 0;
  // Typed: a list of numbers grows step by step, and is copied to the other thread one by one.
  readonly #codes = new Float64Array(MAX_BATCH_EVENTS);
  readonly #times = new Float64Array(MAX_BATCH_EVENTS);
  #eventCount = 0;
  #values: unknown[] = [];
  #scopes: EventContext[] = [];
  readonly #scopesBySpan = new Map<string, number>();
  #lastScope = 0;

  get eventCount(): number {
    return this.#eventCount;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(hook: HookName, first: unknown, second: unknown, context: EventContext): void {
    const number = HOOK_NUMBERS[hook];
    const code = context.sequence * SEQUENCE + this.#scopeOf(context) * SCOPE + number;
    const place = this.#eventCount++;
    this.#codes[place] = context.run === undefined ? code : code + HAS_RUN;
    this.#times[place] = context.timeUnixMs;
    this.#bytes += EVENT_BYTES;
    this.#push(first);
    if (ARGUMENT_COUNTS[number] === 2) this.#push(second);
    if (context.run !== undefined) this.#push(context.run);
  }

  /** Hands over what was gathered, and starts anew. */
  take(first: number): Batch {
    this.#totalBytes += this.#bytes;
    const batch: Batch = {
      kind: "batch",
      first,
      totalBytes: this.#totalBytes,
      codes: this.#codes.slice(0, this.#eventCount),
      times: this.#times.slice(0, this.#eventCount),
      values: this.#values,
    };
    this.#bytes = 0;
    this.#eventCount = 0;
    this.#values = [];
    this.#scopes = [];
    this.#scopesBySpan.clear();
    return batch;
  }

  #push(value: unknown): void {
    if (typeof value === "string") {
      this.#bytes += 2 * value.length;
      this.#values.push(value);
      return;
    }
    const plain = value instanceof Error ? errorRecord(value) : value;
    this.#bytes += bytesOf(plain);
    this.#values.push(plain);
  }

  #scopeOf(context: EventContext): number {
    if (isSameScope(this.#scopes[this.#lastScope], context)) return this.#lastScope;
    let scope = this.#scopesBySpan.get(context.spanId);
    if (scope === undefined || !isSameScope(this.#scopes[scope], context)) {
      scope = this.#scopes.push(context) - 1;
      this.#scopesBySpan.set(context.spanId, scope);
      const { runId, traceId, spanId, parentSpanId, toolCallId } = context;
      this.#values.push(runId, traceId, spanId, parentSpanId, toolCallId);
    }
    this.#lastScope = scope;
    return scope;
  }
}

function isSameScope(one: EventContext | undefined, other: EventContext): boolean {
  return (
    one !== undefined &&
    one.spanId === other.spanId &&
    one.runId === other.runId &&
    one.toolCallId === other.toolCallId &&
    one.parentSpanId === other.parentSpanId &&
    one.traceId === other.traceId
  );
}

/** The events of a batch, masked and frozen, in order. */
export function readBatch(batch: Batch, masker: Masker): HostEvent[] {
  const scopes: Scope[] = [];
  const events: HostEvent[] = [];
  const { values } = batch;
  let at = 0;
  batch.codes.forEach((code, place) => {
    const number = code % HOOK_BOUND;
    const scopeNumber = Math.floor((code % SEQUENCE) / SCOPE);
    if (scopeNumber === scopes.length) {
      scopes.push(maskedScope(values.slice(at, at + 5), masker));
      at += 5;
    }
    const [runId, traceId, spanId, parentSpanId, toolCallId] = scopes[scopeNumber] as Scope;
    const end = at + (ARGUMENT_COUNTS[number] ?? 0);
    const given = values.slice(at, end);
    at = end;
    const hasRun = (code & HAS_RUN) !== 0;
    const context: EventContext = {
      runId,
      traceId,
      spanId,
      parentSpanId,
      sequence: Math.floor(code / SEQUENCE),
      timeUnixMs: batch.times[place] as number,
      toolCallId,
      run: hasRun ? (maskedValue(values[at++], masker) as RunInfo) : undefined,
    };
    events.push(hostEvent(HOOKS[number] as HookName, given, Object.freeze(context), masker));
  });
  return events;
}

function maskedScope(fields: readonly unknown[], masker: Masker): Scope {
  const [runId, traceId, spanId, parentSpanId, toolCallId] = fields as unknown as Scope;
  return [
    masker.mask(runId),
    traceId,
    spanId,
    parentSpanId,
    toolCallId === undefined ? undefined : masker.mask(toolCallId),
  ];
}
