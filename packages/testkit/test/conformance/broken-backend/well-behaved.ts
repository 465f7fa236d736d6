import { setTimeout as delay } from "node:timers/promises";
import { BaseTelemetryExporter } from "@charm/telemetry-core";
import type {
  EventContext,
  HookName,
  HookResult,
  LlmRequest,
  LlmResponse,
  Outcome,
  StartInfo,
} from "@charm/telemetry-core";

/** What is sent of an event. */
export interface Item {
  readonly id: string;
  readonly text: string;
}

export type Answer =
  | { readonly status: number; readonly retryAfterMs: number; readonly text: string; readonly type: string }
  | { readonly error: unknown };

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_TEXT_CHARACTERS = 256 * 1024;
const MAX_ATTEMPTS = 3;
const BACKOFF_MS = 120;

/**
 * An exporter without the kit that does everything right: sends events, each as an item. The broken ones are this but
 * for one thing.
 */
export class WellBehavedExporter extends BaseTelemetryExporter {
  protected key = "";
  protected endpoint: string | undefined;
  protected isShutDown = false;
  protected redirect: "manual" | "follow" = "manual";
  protected mask: (text: string) => string = (text) => text;
  protected maxWaitingCharacters = 16 * 1024 * 1024;
  #waiting: Item[] = [];
  #waitingCharacters = 0;
  #sending: Promise<void> = Promise.resolve();
  #tokens = "";

  override start(info: StartInfo): void {
    const { ACME_ENDPOINT: endpoint, ACME_API_KEY: key } = process.env;
    if (endpoint === undefined || key === undefined) return this.disable("no key. Set ACME_ENDPOINT and ACME_API_KEY.");
    this.endpoint = endpoint;
    this.key = key;
    this.mask = (text) => info.mask(text);
  }

  override async flush(signal: AbortSignal): Promise<void> {
    await this.sendAll(signal);
  }

  override async shutdown(signal: AbortSignal): Promise<void> {
    this.isShutDown = true;
    await this.sendAll(signal);
  }

  override onRunStart(_id: string, inputs: Record<string, unknown>, context: EventContext): HookResult {
    return this.take("onRunStart", JSON.stringify(inputs), context);
  }
  override onRunEnd(_id: string, outputs: Record<string, unknown>, context: EventContext): HookResult {
    return this.take("onRunEnd", JSON.stringify(outputs), context);
  }
  override onError(_id: string, error: Error, context: EventContext): HookResult {
    return this.take("onError", error.message, context);
  }
  override onToolStart(_name: string, input: string, context: EventContext): HookResult {
    return this.take("onToolStart", input, context);
  }
  override onToolEnd(_name: string, output: string, context: EventContext): HookResult {
    return this.take("onToolEnd", output, context);
  }
  override onToolError(_name: string, error: Error, context: EventContext): HookResult {
    return this.take("onToolError", error.message, context);
  }
  override onAgentAction(_tool: string, input: string, context: EventContext): HookResult {
    return this.take("onAgentAction", input, context);
  }
  override onLlmStart(request: LlmRequest, context: EventContext): HookResult {
    this.#tokens = "";
    return this.take("onLlmStart", request.model, context);
  }
  override onLlmNewToken(token: string, context: EventContext): HookResult {
    this.#tokens += token;
    return this.take("onLlmNewToken", "", context);
  }
  override onLlmEnd(_response: LlmResponse, context: EventContext): HookResult {
    return this.take("onLlmEnd", this.mask(this.#tokens), context);
  }

  protected take(hook: HookName, text: string, { runId, sequence }: EventContext): HookResult {
    if (this.isShutDown) {
      this.settle(1, "after_shutdown");
      return this.pending;
    }
    const item = { id: `${runId}/${sequence}`, text: this.cut(`${hook}: ${text}`) };
    this.#waiting.push(item);
    this.#waitingCharacters += item.text.length;
    while (this.#waitingCharacters > this.maxWaitingCharacters) {
      this.#waitingCharacters -= this.#waiting.shift()?.text.length ?? 0;
      this.settle(1, "queue_full");
    }
    return this.pending;
  }

  protected cut(text: string): string {
    return text.slice(0, MAX_TEXT_CHARACTERS);
  }

  /** Sends what waits, after what is on its way. */
  protected sendAll(signal: AbortSignal): Promise<void> {
    const batches = this.batchesOf(this.takeWaiting());
    this.#sending = this.#sending.then(async () => {
      for (const batch of batches) await this.deliver(batch, signal);
    });
    return this.#sending;
  }

  protected takeWaiting(): Item[] {
    this.#waitingCharacters = 0;
    return this.#waiting.splice(0);
  }

  protected batchesOf(items: readonly Item[]): Item[][] {
    const batches: Item[][] = [];
    let bytes = Infinity;
    for (const item of items) {
      const size = Buffer.byteLength(JSON.stringify(item)) + 1;
      if (bytes + size > MAX_BODY_BYTES) bytes = batches.push([]) * 0;
      batches.at(-1)?.push(item);
      bytes += size;
    }
    return batches;
  }

  protected async deliver(batch: readonly Item[], signal: AbortSignal): Promise<void> {
    const outcome = await this.send(batch, signal);
    if (outcome === "split") {
      const middle = batch.length >> 1;
      await this.deliver(batch.slice(0, middle), signal);
      return this.deliver(batch.slice(middle), signal);
    }
    if (outcome === "delivered") this.count("spans", batch.length);
    this.settle(batch.length, outcome);
  }

  /** Tries until there is something to say. */
  protected async send(batch: readonly Item[], signal: AbortSignal): Promise<Outcome | "split"> {
    let isSentPerhaps = false;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const answer = await this.post(this.encode(batch), signal);
      if (signal.aborted && "error" in answer) return isSentPerhaps ? "unknown" : "deadline";
      isSentPerhaps ||= "error" in answer;
      const outcome = this.judge(answer, batch.length);
      if (outcome !== "retry") return outcome;
      const askedForMs = "error" in answer ? 0 : answer.retryAfterMs;
      await this.wait(Math.max(askedForMs, BACKOFF_MS * 2 ** (attempt - 1)), signal);
      if (signal.aborted) return isSentPerhaps ? "unknown" : "deadline";
    }
    return isSentPerhaps ? "unknown" : "retries";
  }

  protected judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    if ("error" in answer) return "retry";
    const { status, text } = answer;
    if (status < 300) return "delivered";
    if (status === 413) return items > 1 ? "split" : "too_large";
    if (status === 429 || status >= 500) return "retry";
    this.refused(status, text);
    return "rejected";
  }

  protected refused(status: number, text: string): void {
    this.warn(`the backend answers ${status}: ${text.replaceAll(this.key, "[key]")}. Look at ACME_API_KEY.`);
  }

  protected encode(batch: readonly Item[]): string {
    return JSON.stringify(batch);
  }

  protected async post(body: string, signal: AbortSignal): Promise<Answer> {
    this.count("requests");
    try {
      const response = await fetch(`${this.endpoint}/events`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-acme-key": this.key },
        body,
        redirect: this.redirect,
        signal,
      });
      const { status, headers } = response;
      const retryAfterMs = Number(headers.get("retry-after") ?? 0) * 1000;
      return { status, retryAfterMs, text: await response.text(), type: headers.get("content-type") ?? "" };
    } catch (error) {
      return { error };
    }
  }

  protected async wait(ms: number, signal: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal }).catch(() => {});
  }
}
