import { HttpIntake, refusal } from "./http-intake.ts";
import type { HttpIntakeOptions, IntakeRequest, IntakeUnits, Verdict } from "./http-intake.ts";

export interface JsonIntakeOptions<Item> extends HttpIntakeOptions {
  /** The only address there is; any unless given. */
  readonly path?: string;
  /** The status that a request's headers earn it, 401 or 403; nothing for one that may pass. All pass unless given. */
  readonly authorize?: (request: IntakeRequest) => 401 | 403 | undefined;
  /**
   * Which items a request holds, or all that is wrong with it; what it throws is a problem, too. Unless given, the
   * elements of an array, else the body itself.
   *
   * @param body the request's JSON.
   */
  readonly read?: (body: unknown, request: IntakeRequest) => ReadItems<Item>;
  /** What two items have in common when they are the same. Unless given, nothing counts as a duplicate. */
  readonly keyOf?: (item: Item) => string;
  /** Of a body without its content encoding; 5 MiB unless given. */
  readonly maxBodyBytes?: number;
}

export interface ReadItems<Item> {
  readonly items: readonly Item[];
  /** Each with where it is. One is enough, and nothing of the request is taken. */
  readonly problems?: readonly string[];
}

/** An item that came in, as it was sent. */
export interface ReceivedItem<Item> {
  readonly item: Item;
  /** One with its key had come before: a retry after a lost acknowledgement, or a mistake. */
  readonly isDuplicate: boolean;
  /** True once the client was told. */
  readonly acknowledged: boolean;
}

const MAX_BODY_BYTES = 5 * 1024 * 1024;
const MAX_REPORTED_PROBLEMS = 20;

/** A stand-in of a backend of your own that takes JSON by POST, plain or compressed with gzip or deflate. */
export class JsonIntake<Item = unknown> extends HttpIntake {
  /** All that came in, duplicates included, in order. Empty with `keep: false`. */
  readonly items: ReceivedItem<Item>[] = [];
  protected override readonly maxBodyBytes: number;
  readonly #options: JsonIntakeOptions<Item>;
  readonly #known = new Set<string>();
  #received = 0;
  #acknowledged = 0;
  #duplicates = 0;

  constructor(options: JsonIntakeOptions<Item> = {}) {
    super(options);
    this.#options = options;
    this.maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  }

  /** What was accepted, duplicates included, whether or not the client was told. */
  get received(): { readonly items: number; readonly requests: number } {
    return { items: this.#received, requests: this.counts.received };
  }

  /** What has been acknowledged: an exporter may count it as delivered. */
  get acknowledged(): { readonly items: number; readonly requests: number } {
    return { items: this.#acknowledged, requests: this.counts.acknowledged };
  }

  /** How many items came again. */
  get duplicates(): number {
    return this.#duplicates;
  }

  override get units(): IntakeUnits {
    return { received: this.#received, acknowledged: this.#acknowledged, duplicates: this.#duplicates };
  }

  /** Resolves when so many different items have come in. */
  async waitForItems(count: number, timeoutMs = 10_000): Promise<void> {
    const seen = (): number => this.#received - this.#duplicates;
    await this.waitFor(
      () => seen() >= count,
      timeoutMs,
      () => `${seen()} of ${count} items`,
    );
  }

  protected override handle(request: IntakeRequest): Verdict {
    const { path, authorize } = this.#options;
    if (path !== undefined && request.path !== path)
      return refusal(404, [`nothing is at ${request.path}: use ${path}`]);
    if (request.method !== "POST")
      return refusal(405, [`${request.method} is not allowed here: use POST`], { allow: "POST" });
    const denied = authorize?.(request);
    if (denied !== undefined) return refusal(denied, ["the request's headers do not let it in"]);
    const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
    if (type !== "application/json" && type?.endsWith("+json") !== true)
      return refusal(415, [`content-type must be application/json, got ${type ?? "none"}`]);
    const { items, problems = [] } = this.#read(request);
    return problems.length > 0 ? refusal(400, firstOf(problems)) : this.#accept(items);
  }

  #read(request: IntakeRequest): ReadItems<Item> {
    const { read = readAny } = this.#options;
    let body: unknown;
    try {
      body = JSON.parse(request.body.toString("utf8"));
    } catch {
      return { items: [], problems: ["(the body): is not JSON"] };
    }
    try {
      return read(body, request);
    } catch (error) {
      return { items: [], problems: [`(the body): ${error instanceof Error ? error.message : String(error)}`] };
    }
  }

  #accept(items: readonly Item[]): Verdict {
    const received = items.map((item) => ({ item, isDuplicate: this.#isKnown(item), acknowledged: false }));
    if (this.keep) for (const each of received) this.items.push(each);
    this.#received += received.length;
    this.#duplicates += received.filter(({ isDuplicate }) => isDuplicate).length;
    return {
      status: 202,
      acknowledged: () => {
        this.#acknowledged += received.length;
        for (const item of received) item.acknowledged = true;
      },
    };
  }

  #isKnown(item: Item): boolean {
    const key = this.#options.keyOf?.(item);
    if (key === undefined) return false;
    const isKnown = this.#known.has(key);
    this.#known.add(key);
    return isKnown;
  }
}

/** Starts a stand-in of a backend of your own. Close it when done. */
export async function startHttpIntake<Item = unknown>(
  options: JsonIntakeOptions<Item> = {},
): Promise<JsonIntake<Item>> {
  return new JsonIntake(options).listen();
}

/** Without a reader the items are of no known type: `Item` is `unknown` then. */
function readAny<Item>(body: unknown): ReadItems<Item> {
  return { items: (Array.isArray(body) ? body : [body]) as Item[] };
}

function firstOf(problems: readonly string[]): string[] {
  const left = problems.length - MAX_REPORTED_PROBLEMS;
  return [...problems.slice(0, MAX_REPORTED_PROBLEMS), ...(left > 0 ? [`and ${left} more`] : [])];
}
