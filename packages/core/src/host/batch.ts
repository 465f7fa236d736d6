import { HOOKS } from "../events.ts";
import type { EventContext, HookName, RunInfo } from "../events.ts";
import type { Masker } from "../secrets.ts";
import { errorRecord } from "../error-record.ts";
import { EVENT_BYTES, HOOK_SHAPES, bytesOf, contextBytes, hostEvent, maskedValue } from "./event.ts";
import type { HostEvent } from "./event.ts";

/**
 * Events on their way to a host thread, in columns: what many events share is written once, and no object is kept for
 * an event. Few columns, because each costs the agent's thread something whenever a batch is posted.
 */
export interface Batch {
  readonly kind: "batch";
  /** Place of the first event among all events that the link has taken. */
  readonly first: number;
  readonly eventCount: number;
  /** About what all batches up to this one took in memory. */
  readonly totalBytes: number;
  /** Per event: its sequence, the number of its scope in this batch and its hook in one number; its time. */
  readonly numbers: Float64Array;
  /** Per event: its scope when that is new in this batch, its arguments (errors as records), its run's description. */
  readonly values: readonly unknown[];
}

const HOOK_NUMBERS = Object.fromEntries(HOOKS.map((hook, number) => [hook, number])) as Record<HookName, number>;
const ARGUMENT_COUNTS: readonly number[] = HOOKS.map((hook) => HOOK_SHAPES[hook].argumentCount);
const HOOK_BOUND = 16;
const HAS_RUN = 16;
const SCOPE = 32;
const SEQUENCE = SCOPE * 1024;
/** In the place of what is the same as in the scope before: most scopes of a batch are of one run. */
const SAME = 0;

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
  readonly #numbers = new Float64Array(2 * MAX_BATCH_EVENTS);
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
    const hasSecond = ARGUMENT_COUNTS[number] === 2;
    // Whatever may fail comes before anything is changed: half an event would give the later ones each other's values.
    const one = plain(first);
    const two = hasSecond ? plain(second) : undefined;
    const bytes = EVENT_BYTES + bytesOf(one) + (hasSecond ? bytesOf(two) : 0) + contextBytes(context);
    const code = context.sequence * SEQUENCE + this.#scopeOf(context) * SCOPE + number;
    this.#values.push(one);
    if (hasSecond) this.#values.push(two);
    if (context.run !== undefined) this.#values.push(context.run);
    const place = 2 * this.#eventCount;
    this.#numbers[place] = context.run === undefined ? code : code + HAS_RUN;
    this.#numbers[place + 1] = context.timeUnixMs;
    this.#bytes += bytes;
    this.#eventCount++;
  }

  /** Hands over what was gathered, and starts anew. */
  take(first: number): Batch {
    this.#totalBytes += this.#bytes;
    const batch: Batch = {
      kind: "batch",
      first,
      eventCount: this.#eventCount,
      totalBytes: this.#totalBytes,
      numbers: this.#numbers.slice(0, 2 * this.#eventCount),
      values: this.#values,
    };
    this.#bytes = 0;
    this.#eventCount = 0;
    this.#values = [];
    this.#scopes = [];
    this.#scopesBySpan.clear();
    return batch;
  }

  #scopeOf(context: EventContext): number {
    if (isSameScope(this.#scopes[this.#lastScope], context)) return this.#lastScope;
    let scope = this.#scopesBySpan.get(context.spanId);
    if (scope === undefined || !isSameScope(this.#scopes[scope], context)) {
      const { runId, traceId, spanId, parentSpanId, toolCallId } = context;
      const before = this.#scopes.at(-1);
      this.#values.push(
        before?.runId === runId ? SAME : runId,
        before?.traceId === traceId ? SAME : traceId,
        spanId,
        before?.parentSpanId === parentSpanId ? SAME : parentSpanId,
        toolCallId,
      );
      scope = this.#scopes.push(context) - 1;
      this.#scopesBySpan.set(spanId, scope);
    }
    this.#lastScope = scope;
    return scope;
  }
}

function plain(value: unknown): unknown {
  return value instanceof Error ? errorRecord(value) : value;
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
export function readBatch({ eventCount, numbers, values }: Batch, masker: Masker): HostEvent[] {
  const scopes: Scope[] = [];
  const events: HostEvent[] = [];
  let at = 0;
  for (let place = 0; place < eventCount; place++) {
    const code = numbers[2 * place] as number;
    const number = code % HOOK_BOUND;
    const scopeNumber = Math.floor((code % SEQUENCE) / SCOPE);
    if (scopeNumber === scopes.length) {
      scopes.push(readScope(values, at, scopes.at(-1), masker));
      at += 5;
    }
    const [runId, traceId, spanId, parentSpanId, toolCallId] = scopes[scopeNumber] as Scope;
    const first = values[at++];
    const second = ARGUMENT_COUNTS[number] === 2 ? values[at++] : undefined;
    const context: EventContext = {
      runId,
      traceId,
      spanId,
      parentSpanId,
      sequence: Math.floor(code / SEQUENCE),
      timeUnixMs: numbers[2 * place + 1] as number,
      toolCallId,
      run: (code & HAS_RUN) === 0 ? undefined : (maskedValue(values[at++], masker) as RunInfo),
    };
    events.push(hostEvent(HOOKS[number] as HookName, first, second, Object.freeze(context), masker));
  }
  return events;
}

function readScope(values: readonly unknown[], at: number, before: Scope | undefined, masker: Masker): Scope {
  const [runId, traceId, spanId, parentSpanId, toolCallId] = values.slice(at, at + 5) as (string | typeof SAME)[];
  return [
    runId === SAME ? (before?.[0] ?? "") : masker.mask(runId as string),
    traceId === SAME ? (before?.[1] ?? "") : (traceId as string),
    spanId as string,
    parentSpanId === SAME ? before?.[3] : parentSpanId,
    typeof toolCallId === "string" ? masker.mask(toolCallId) : undefined,
  ];
}
