/** An event as a browser would receive it. Fields that are missing or of another kind than expected are left out. */
export interface CharmEvent {
  /** Such as `thinking`, `delta`, `final`; empty when the event names none. */
  readonly type: string;
  readonly content: unknown;
  /** Where and when it happened; only under `CHARM_TELEMETRY_STDOUT=full`. */
  readonly origin: EventOrigin | undefined;
  /** All fields, by the names that they have on the wire. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface EventOrigin {
  /** The hook, or another word for what happened. */
  readonly event: string;
  readonly runId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
  readonly sequence: number | undefined;
  readonly timeUnixMs: number | undefined;
}

const DATA = "data: ";

/** Reads one Server-Sent Event of the runner; undefined when it holds no JSON object. */
export function parseFrame(frame: string): CharmEvent | undefined {
  if (!frame.startsWith(DATA)) return undefined;
  return parseEvent(frame.slice(DATA.length));
}

/** Reads an event's JSON; undefined when it is no JSON object. */
export function parseEvent(json: string): CharmEvent | undefined {
  const fields = parseObject(json);
  if (fields === undefined) return undefined;
  return { type: text(fields["type"]) ?? "", content: fields["content"], origin: originOf(fields), fields };
}

function originOf(fields: Readonly<Record<string, unknown>>): EventOrigin | undefined {
  const event = text(fields["event"]);
  if (event === undefined) return undefined;
  return {
    event,
    runId: text(fields["run_id"]),
    spanId: text(fields["span_id"]),
    parentSpanId: text(fields["parent_span_id"]),
    sequence: number(fields["seq"]),
    timeUnixMs: number(fields["ts"]),
  };
}

function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
