import { createHash } from "node:crypto";
import type { FinishedSpan, SpanPlace } from "@charm/telemetry-core/kit";
import { isoMicroseconds } from "./notation.ts";

/** Where a run is at LangSmith. */
export interface RunAddress {
  /** A UUID. */
  readonly id: string;
  /** The id of the trace's first run. */
  readonly traceId: string;
  /** Absent on the trace's first run. */
  readonly parentId: string | undefined;
  /** A segment for each level, joined by dots: the start time and the id. */
  readonly dottedOrder: string;
  /** ISO 8601 with microseconds; the one in `dottedOrder`. */
  readonly startTime: string;
}

const REMEMBERED_RUNS = 4096;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Addresses of spans. Each is made once and kept: a start that becomes known later must not move what has been sent.
 *
 * @see LangSmith "Run data format", `dotted_order`
 */
export class Addresses {
  readonly #known = new WeakMap<SpanPlace, RunAddress>();
  /** The first span that each of the latest runs had as its own. */
  readonly #roots = new Map<string, string>();

  of({ runId, place }: Pick<FinishedSpan, "runId" | "place">): RunAddress {
    return this.#at(place, runId);
  }

  #at(place: SpanPlace, runId: string): RunAddress {
    const known = this.#known.get(place);
    if (known !== undefined) return known;
    const startTime = isoMicroseconds(place.startTimeUnixMs);
    const isRoot = place.parentSpanId === undefined;
    const address = isRoot ? this.#root(place, runId, startTime) : this.#child(place, runId, startTime);
    this.#known.set(place, address);
    return address;
  }

  #child(place: SpanPlace, runId: string, startTime: string): RunAddress {
    // Where nothing of the parent was seen, the run itself is above.
    const parent = place.parent === undefined ? rootAddress(runUuid(runId), startTime) : this.#at(place.parent, runId);
    const id = uuidOf(`${runId}/${place.spanId}`);
    const dottedOrder = `${parent.dottedOrder}.${segment(startTime, id)}`;
    return { id, traceId: parent.traceId, parentId: parent.id, dottedOrder, startTime };
  }

  /** An id that an agent uses for several runs, one after the other, is that of the first: LangSmith takes it once. */
  #root({ spanId }: SpanPlace, runId: string, startTime: string): RunAddress {
    const first = this.#roots.get(runId) ?? spanId;
    this.#roots.set(runId, first);
    const [oldest = ""] = this.#roots.keys();
    if (this.#roots.size > REMEMBERED_RUNS) this.#roots.delete(oldest);
    return rootAddress(first === spanId ? runUuid(runId) : uuidOf(`${runId}/${spanId}`), startTime);
  }
}

/** The run's id at LangSmith: itself if it is a UUID, else one that is made from it. */
export function runUuid(runId: string): string {
  return UUID.test(runId) ? runId.toLowerCase() : uuidOf(runId);
}

function rootAddress(id: string, startTime: string): RunAddress {
  return { id, traceId: id, parentId: undefined, dottedOrder: segment(startTime, id), startTime };
}

function segment(startTime: string, id: string): string {
  return startTime.replaceAll(/[-:.]/g, "") + id;
}

/** A UUIDv8: the same for the same text. */
function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
