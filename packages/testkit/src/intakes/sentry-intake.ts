import { HttpIntake, refusal } from "./http-intake.ts";
import type { HttpIntakeOptions, IntakeRequest, IntakeUnits, Verdict } from "./http-intake.ts";
import { parseEnvelope } from "./sentry-envelope.ts";
import type { Envelope, EnvelopeItem } from "./sentry-envelope.ts";
import type { SentryClientReport, SentryEvent, SentrySpan, SentryTransaction } from "./sentry-payloads.ts";
import { ENVELOPE_HEADER, ITEMS, ITEM_TYPES, shapeProblems } from "./sentry-shapes.ts";
import type { ItemType } from "./sentry-shapes.ts";

export interface SentryIntakeOptions extends HttpIntakeOptions {
  /** The only key that is right; any unless given. */
  readonly publicKey?: string;
  /** The only project there is; any unless given. */
  readonly projectId?: string;
}

/** What came in one envelope item. */
interface Received {
  readonly projectId: string;
  /** The envelope's header. */
  readonly envelope: Readonly<Record<string, unknown>>;
  /** The same id had come before: a retry after a lost acknowledgement, or a mistake. */
  readonly isDuplicate: boolean;
  /** True once the client was told. */
  readonly acknowledged: boolean;
}

export interface ReceivedSentrySpan extends Received {
  readonly span: SentrySpan;
}

export interface ReceivedSentryEvent extends Received {
  readonly event: SentryEvent;
}

export interface ReceivedSentryTransaction extends Received {
  readonly transaction: SentryTransaction;
}

type Draft<Item extends Received> = { -readonly [Key in keyof Item]: Item[Key] };

interface Entry {
  readonly type: ItemType;
  readonly payload: unknown;
}

const ADDRESS = /^\/api\/(\d+)\/envelope\/$/;
const PUBLIC_KEY = /^[0-9a-f]{32}$/;
const MAX_ITEM_BYTES = 1024 * 1024;
const MAX_REPORTED_PROBLEMS = 20;

/**
 * A strict stand-in of Sentry's intake (`POST /api/<project>/envelope/`): spans of version 2, transactions, errors,
 * client reports and sessions. What is not right is refused with all reasons, by their paths.
 *
 * @see Sentry "Envelopes" and "Span Protocol" of the SDK development docs
 */
export class SentryIntake extends HttpIntake {
  /** All that came in, duplicates included, in order. Empty with `keep: false`. */
  readonly spans: ReceivedSentrySpan[] = [];
  readonly events: ReceivedSentryEvent[] = [];
  readonly transactions: ReceivedSentryTransaction[] = [];
  readonly clientReports: SentryClientReport[] = [];
  protected override readonly maxBodyBytes: number = 200 * 1024 * 1024;
  readonly #publicKey: string | undefined;
  readonly #projectId: string | undefined;
  readonly #knownSpans = new Set<string>();
  readonly #knownEvents = new Set<string>();
  /** Children by the parent that they wait for. */
  readonly #orphans = new Map<string, SentrySpan[]>();
  /** Different ones; what transactions hold is not among them. */
  #spanCount = 0;
  #receivedSpans = 0;
  #acknowledgedSpans = 0;
  #receivedEvents = 0;
  #acknowledgedEvents = 0;

  constructor(options: SentryIntakeOptions = {}) {
    super(options);
    this.#publicKey = options.publicKey;
    this.#projectId = options.projectId;
  }

  /** What leads a client here. */
  get dsn(): string {
    return this.url.replace("://", `://${this.#publicKey ?? "0".repeat(32)}@`) + `/${this.#projectId ?? "1"}`;
  }

  /** What was accepted, duplicates included, whether or not the client was told. */
  get received(): { readonly spans: number; readonly events: number; readonly requests: number } {
    return { spans: this.#receivedSpans, events: this.#receivedEvents, requests: this.counts.received };
  }

  /** What was accepted and its acknowledgement has left: what an exporter may count as delivered. */
  get acknowledged(): { readonly spans: number; readonly events: number; readonly requests: number } {
    return { spans: this.#acknowledgedSpans, events: this.#acknowledgedEvents, requests: this.counts.acknowledged };
  }

  /** How many spans came again. */
  get duplicates(): number {
    return this.#receivedSpans - this.#spanCount;
  }

  override get units(): IntakeUnits {
    return { received: this.#receivedSpans, acknowledged: this.#acknowledgedSpans, duplicates: this.duplicates };
  }

  /** Spans whose parent has not come, duplicates once. Empty when every trace is whole. */
  unknownParents(): SentrySpan[] {
    return [...this.#orphans.values()].flat();
  }

  /** Resolves when so many different spans have come in. */
  async waitForSpans(count: number, timeoutMs = 10_000): Promise<void> {
    await this.waitFor(
      () => this.#spanCount >= count,
      timeoutMs,
      () => `${this.#spanCount} of ${count} spans`,
    );
  }

  /** Resolves when so many different errors and messages have come in. */
  async waitForEvents(count: number, timeoutMs = 10_000): Promise<void> {
    await this.waitFor(
      () => this.#knownEvents.size >= count,
      timeoutMs,
      () => `${this.#knownEvents.size} of ${count} events`,
    );
  }

  protected override handle(request: IntakeRequest): Verdict {
    const address = this.#addressOf(request);
    if ("status" in address) return address;
    const parsed = parseEnvelope(request.body);
    if ("problem" in parsed) return detail(400, [parsed.problem]);
    const { envelope } = parsed;
    const problems = shapeProblems(ENVELOPE_HEADER, envelope.header, "header");
    const entries: Entry[] = [];
    let isTooLarge = false;
    envelope.items.forEach((item, index) => {
      const where = `items[${index}]`;
      if (item.payload.length > MAX_ITEM_BYTES) isTooLarge = true;
      const read = readItem(item, where);
      if ("problems" in read) problems.push(...read.problems);
      else entries.push(read.entry);
    });
    if (envelope.items.length === 0) problems.push("items: there are none");
    problems.push(...idProblems(envelope, entries));
    if (isTooLarge) return detail(413, [`an item is larger than ${MAX_ITEM_BYTES} bytes`]);
    return problems.length > 0 ? detail(400, problems) : this.#accept(entries, address.projectId, envelope.header);
  }

  #addressOf({ method, path, query, headers }: IntakeRequest): { projectId: string } | Verdict {
    const projectId = ADDRESS.exec(path)?.[1];
    if (projectId === undefined)
      return detail(404, [`nothing is at ${path}: envelopes go to /api/<project id>/envelope/`]);
    if (method !== "POST")
      return { ...detail(405, [`${method} is not allowed here: use POST`]), headers: { allow: "POST" } };
    const header = String(headers["x-sentry-auth"] ?? "");
    const key = query.get("sentry_key") ?? /\bsentry_key=(\w+)/.exec(header)?.[1];
    const version = query.get("sentry_version") ?? /\bsentry_version=(\w+)/.exec(header)?.[1];
    if (key === undefined || key === "") return detail(401, ["missing authorization information"]);
    if (version !== "7") return detail(400, [`sentry_version: must be 7, got ${version ?? "nothing"}`]);
    if (!PUBLIC_KEY.test(key)) return detail(400, ["sentry_key: must be 32 lower-case hex digits"]);
    const isRight =
      (this.#publicKey === undefined || key === this.#publicKey) &&
      (this.#projectId === undefined || projectId === this.#projectId);
    return isRight ? { projectId } : detail(403, ["event submission rejected with_reason: ProjectId"]);
  }

  #accept(entries: readonly Entry[], projectId: string, envelope: Readonly<Record<string, unknown>>): Verdict {
    const acknowledgements: (() => void)[] = [];
    const came = { projectId, envelope, acknowledged: false };
    for (const { type, payload } of entries) {
      if (type === "span") {
        for (const span of (payload as { items: SentrySpan[] }).items) {
          const received: Draft<ReceivedSentrySpan> = { ...came, span, isDuplicate: !this.#place(span) };
          if (!received.isDuplicate) this.#spanCount++;
          this.#receivedSpans++;
          if (this.keep) this.spans.push(received);
          acknowledgements.push(() => {
            this.#acknowledgedSpans++;
            received.acknowledged = true;
          });
        }
      }
      if (type === "event") {
        const event = payload as SentryEvent;
        const received: Draft<ReceivedSentryEvent> = {
          ...came,
          event,
          isDuplicate: this.#knownEvents.has(event.event_id),
        };
        this.#knownEvents.add(event.event_id);
        this.#receivedEvents++;
        if (this.keep) this.events.push(received);
        acknowledgements.push(() => {
          this.#acknowledgedEvents++;
          received.acknowledged = true;
        });
      }
      if (type === "transaction") {
        const transaction = payload as SentryTransaction;
        const isDuplicate = !this.#place(transaction.contexts.trace);
        for (const span of transaction.spans) this.#place(span);
        const received: Draft<ReceivedSentryTransaction> = { ...came, transaction, isDuplicate };
        if (this.keep) this.transactions.push(received);
        acknowledgements.push(() => (received.acknowledged = true));
      }
      if (type === "client_report" && this.keep) this.clientReports.push(payload as SentryClientReport);
    }
    const id = envelope["event_id"];
    return {
      status: 200,
      body: JSON.stringify(id === undefined ? {} : { id }),
      acknowledged: () => acknowledgements.forEach((acknowledge) => acknowledge()),
    };
  }

  /** False for a span that had come before. */
  #place(span: Pick<SentrySpan, "trace_id" | "span_id" | "parent_span_id">): boolean {
    const key = `${span.trace_id}:${span.span_id}`;
    if (this.#knownSpans.has(key)) return false;
    this.#knownSpans.add(key);
    this.#orphans.delete(key);
    if (span.parent_span_id === undefined) return true;
    const parent = `${span.trace_id}:${span.parent_span_id}`;
    if (!this.#knownSpans.has(parent))
      this.#orphans.set(parent, [...(this.#orphans.get(parent) ?? []), span as SentrySpan]);
    return true;
  }
}

/** Starts a stand-in of Sentry's intake. Close it when done. */
export async function startSentryIntake(options: SentryIntakeOptions = {}): Promise<SentryIntake> {
  return new SentryIntake(options).listen();
}

function readItem({ header, payload }: EnvelopeItem, where: string): { entry: Entry } | { problems: string[] } {
  const type = ITEM_TYPES.find((known) => known === header["type"]);
  if (type === undefined)
    return { problems: [`${where}.header.type: ${JSON.stringify(header["type"])} is not known here`] };
  const json = jsonOf(payload);
  if (json === undefined) return { problems: [`${where}.payload: is not JSON`] };
  const problems = [
    ...shapeProblems(ITEMS[type].header, header, `${where}.header`),
    ...shapeProblems(ITEMS[type].payload, json, `${where}.payload`),
  ];
  if (problems.length > 0) return { problems };
  const count = type === "span" ? (json as { items: unknown[] }).items.length : header["item_count"];
  if (count !== header["item_count"])
    return {
      problems: [`${where}.header.item_count: is ${String(header["item_count"])}, but there are ${String(count)}`],
    };
  return { entry: { type, payload: json } };
}

/** An envelope with an event is called by its id. */
function* idProblems({ header }: Envelope, entries: readonly Entry[]): Generator<string> {
  const ids = entries
    .filter(({ type }) => type === "event" || type === "transaction")
    .map(({ payload }) => (payload as SentryEvent).event_id);
  if (ids.length > 1) yield "items: there may be one event or transaction in an envelope";
  if (ids.length === 1 && header["event_id"] !== ids[0]) yield "header.event_id: must be that of the event inside";
}

/** A refusal as Sentry words it, with a line for each reason. */
function detail(status: number, reasons: readonly string[]): Verdict {
  const left = reasons.length - MAX_REPORTED_PROBLEMS;
  const causes = [...reasons.slice(0, MAX_REPORTED_PROBLEMS), ...(left > 0 ? [`and ${left} more`] : [])];
  return { ...refusal(status, []), body: JSON.stringify({ detail: causes[0], causes: causes.slice(1) }) };
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch {
    return undefined;
  }
}
