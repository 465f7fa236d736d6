import type { Outcome } from "@charm/telemetry-core";
import type { Deadline, HttpSender } from "@charm/telemetry-core/kit";
import { Client } from "langsmith";
import type { RunCreate, RunUpdate } from "langsmith/schemas";
import type { LangsmithOptions } from "./options.ts";

/** One thing to be told: a run that is new, or the end of one that is known. */
export type Operation =
  | { readonly kind: "post"; readonly run: RunCreate }
  | { readonly kind: "patch"; readonly run: RunUpdate };

type BodySender = Pick<HttpSender, "deadline" | "sendBody">;

interface Flight {
  readonly deadline: Deadline;
  /** By the operation's part in the request. */
  readonly outcomes: Map<string, Outcome | "split">;
}

/**
 * Sends runs through LangSmith's own client and knows what became of each.
 *
 * The client writes the request. It answers nothing about its fate, so its `fetch` is ours: it reads from the request's
 * parts which runs are in it, hands the bytes to the sender, which is the only one that retries, and tells the client
 * that all is well.
 */
export class RunIngest {
  readonly #client: Client;
  readonly #sender: BodySender;
  readonly #flights = new Map<string, Flight>();

  constructor(options: LangsmithOptions, sender: BodySender) {
    this.#sender = sender;
    this.#client = new Client({
      apiUrl: options.apiUrl,
      apiKey: options.apiKey.reveal(),
      ...(options.workspaceId === undefined ? {} : { workspaceId: options.workspaceId }),
      hideInputs: options.hideInputs,
      hideOutputs: options.hideOutputs,
      hideMetadata: options.hideMetadata,
      tracingSamplingRate: 1, // decided before, so that the share that is left out is counted
      omitTracedRuntimeInfo: true,
      tracingMode: "langsmith",
      debug: false,
      // Nothing is left to the client's queue; without this it would serialise long texts in a thread of its own.
      manualFlushMode: true,
      disablePromptCache: true,
      callerOptions: { maxRetries: 0 },
      fetchImplementation: (_url, init) => this.#fetch(init),
    });
  }

  /**
   * Sends operations in one request, or in several where they are too large for one. No run may be in two operations at
   * a time.
   *
   * @returns one outcome for each, in order.
   */
  async send(operations: readonly Operation[], signal: AbortSignal): Promise<Outcome[]> {
    return this.#send(operations, this.#sender.deadline(signal));
  }

  async #send(operations: readonly Operation[], deadline: Deadline): Promise<Outcome[]> {
    const outcomes = await this.#sendOnce(operations, deadline);
    if (!outcomes.includes("split")) return outcomes as Outcome[];
    if (operations.length === 1) return ["too_large"];
    const middle = operations.length >> 1;
    return [
      ...(await this.#send(operations.slice(0, middle), deadline)),
      ...(await this.#send(operations.slice(middle), deadline)),
    ];
  }

  async #sendOnce(operations: readonly Operation[], deadline: Deadline): Promise<(Outcome | "split")[]> {
    const flight: Flight = { deadline, outcomes: new Map() };
    const parts = operations.map(({ kind, run }) => `${kind}.${run.id}`);
    for (const part of parts) this.#flights.set(part, flight);
    try {
      await this.#client.multipartIngestRuns({
        runCreates: operations.flatMap((operation) => (operation.kind === "post" ? [operation.run] : [])),
        runUpdates: operations.flatMap((operation) => (operation.kind === "patch" ? [operation.run] : [])),
      });
    } finally {
      for (const part of parts) this.#flights.delete(part);
    }
    // What the client has left out of its request was not sent, whatever it says.
    return parts.map((part) => flight.outcomes.get(part) ?? "failed");
  }

  async #fetch(init: RequestInit | undefined): Promise<Response> {
    const body = Buffer.from(await new Response(init?.body ?? null).arrayBuffer());
    const parts = partsOf(body);
    const flights = new Set(parts.map((part) => this.#flights.get(part)).filter((flight) => flight !== undefined));
    const [flight] = flights;
    if (flight !== undefined && flights.size === 1) {
      const outcome = await this.#sender.sendBody(body, headersOf(init), flight.deadline);
      for (const part of parts) flight.outcomes.set(part, outcome);
    }
    return new Response(null, { status: 202 });
  }
}

/** `post.<id>` and `patch.<id>` of all runs in a request. Quotes in contents are escaped: they look like no part. */
function partsOf(body: Buffer): string[] {
  const names = body
    .toString("latin1")
    .matchAll(/\r\nContent-Disposition: form-data; name="((?:post|patch)\.[0-9a-f-]{36})"\r\n/g);
  return Array.from(names, ([, name = ""]) => name);
}

function headersOf(init: RequestInit | undefined): Record<string, string> {
  return Object.fromEntries(new Headers(init?.headers).entries());
}
