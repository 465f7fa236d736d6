import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { FaultSwitch } from "./faults.ts";
import type { Fault, FaultKind, RequestFault } from "./faults.ts";
import { decodeBody, readBody } from "./request-body.ts";
import type { DecodedBody } from "./request-body.ts";

export interface HttpIntakeOptions {
  /** On loopback; a free one unless given. */
  readonly port?: number;
  /** False keeps counts only: no bodies and no items, for long runs. */
  readonly keep?: boolean;
}

/** One request as it came in, and what became of it. */
export interface IntakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** When its headers had come, on the clock of `performance.now()`. */
  readonly atMs: number;
  /** As sent. */
  readonly wireBytes: number;
  /** Without its content encoding; empty if it was not read, and with `keep: false`. */
  readonly body: Buffer;
  /** The fault that it met. */
  readonly fault?: FaultKind;
  /** What it was answered, or would have been. */
  readonly status?: number;
  /** The answer's text: why it was refused. */
  readonly answer?: string;
  /** True once a 2xx has left whole. */
  readonly acknowledged: boolean;
}

/** What a vendor's intake makes of a request. */
export interface Verdict {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called when the answer has left whole. */
  readonly acknowledged?: () => void;
}

/** What an intake counts in its own kind of item: spans, or what the vendor calls so. */
export interface IntakeUnits {
  /** Accepted, duplicates included, whether or not the client was told. */
  readonly received: number;
  /** Accepted, and the acknowledgement has left: what an exporter may count as delivered. */
  readonly acknowledged: number;
  /** Came again. */
  readonly duplicates: number;
}

type Draft = { -readonly [Key in keyof IntakeRequest]: IntakeRequest[Key] };

const HTML = "<!doctype html><title>Welcome</title><p>Please sign in to use this network.</p>";

/**
 * A stand-in of a vendor's intake on loopback: real sockets, faults that can be switched while it runs, and an account
 * of what came in and what was acknowledged. A subclass says what the vendor makes of a request.
 */
export abstract class HttpIntake {
  /** In the order in which they came. */
  readonly requests: IntakeRequest[] = [];
  protected readonly keep: boolean;
  /** Of a body without its content encoding. */
  protected abstract readonly maxBodyBytes: number;
  readonly #faults = new FaultSwitch();
  readonly #server: Server;
  readonly #watchers = new Set<() => void>();
  readonly #closing = new AbortController();
  #port: number;
  #received = 0;
  #acknowledged = 0;

  constructor({ port = 0, keep = true }: HttpIntakeOptions) {
    this.keep = keep;
    this.#port = port;
    // An exporter that reuses a connection just when it closes would see failures that nobody has asked for.
    this.#server = createServer(
      { keepAliveTimeout: 60_000 },
      (request, response) => void this.#serve(request, response),
    );
  }

  /** The same of every intake, so that a test can serve them all: compared with an exporter's `units.spans`. */
  abstract get units(): IntakeUnits;

  /** What the vendor answers. The request's body has been read and decoded. */
  protected abstract handle(request: IntakeRequest): Verdict;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  protected get counts(): { received: number; acknowledged: number } {
    return { received: this.#received, acknowledged: this.#acknowledged };
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, "127.0.0.1", () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** What requests meet from now on; nothing bad without an argument. Resolves when it is in force. */
  async setFault(fault?: Fault): Promise<void> {
    this.#faults.set(fault);
    if (fault?.kind === "refuse") await this.#stopListening();
    else if (!this.#server.listening && !this.#closing.signal.aborted) await this.listen();
  }

  /** Ends all connections, those that hang too. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#stopListening();
  }

  /** Resolves when so many requests have come in, refused ones and those that met a fault included. */
  async waitForRequests(count: number, timeoutMs = 10_000): Promise<void> {
    await this.waitFor(
      () => this.requests.length >= count,
      timeoutMs,
      () => `${this.requests.length} of ${count} requests`,
    );
  }

  protected async waitFor(isMet: () => boolean, timeoutMs: number, seen: () => string): Promise<void> {
    if (isMet()) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        finish();
      };
      const look = (): void => {
        if (isMet()) settle(resolve);
      };
      const timer = setTimeout(() => {
        settle(() => reject(new Error(`waited ${timeoutMs} ms for the intake, which saw ${seen()}`)));
      }, timeoutMs);
      this.#watchers.add(look);
    });
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }

  async #stopListening(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {}); // the client went away; the account says so already
    const fault = this.#faults.take(new URL(request.url ?? "/", "http://intake").pathname);
    const draft = draftOf(request, fault);
    this.requests.push(draft);
    this.#changed();
    if (fault?.kind === "reset") return resetInside(request);
    const bytesPerSecond = fault?.kind === "slow" ? fault.bytesPerSecond : undefined;
    // Compressed data is never much larger than what it holds.
    const read = await readBody(request, this.maxBodyBytes + 1024, { bytesPerSecond, signal: this.#closing.signal });
    if (read === undefined) return;
    draft.wireBytes = read.wireBytes;
    if (fault?.kind === "slow" && !(await this.#wait(fault.delayMs ?? 0))) return;
    const decoded = await decodeBody(read.wire, encodingOf(request), this.maxBodyBytes);
    if ("bytes" in decoded) draft.body = decoded.bytes;
    const verdict = this.#verdict(draft, decoded, fault);
    if (!this.keep) draft.body = Buffer.alloc(0);
    if (verdict === undefined) return;
    draft.status = verdict.status;
    if (verdict.body) draft.answer = verdict.body;
    this.#changed();
    this.#answer(response, verdict, fault, draft);
  }

  /** None where there is never to be an answer. */
  #verdict(draft: Draft, decoded: DecodedBody, fault: RequestFault | undefined): Verdict | undefined {
    if (fault?.kind === "hang") return undefined;
    return fault?.kind === "status" ? statusVerdict(fault) : this.#judge(draft, decoded);
  }

  #judge(draft: Draft, decoded: DecodedBody): Verdict {
    if ("refusal" in decoded) {
      const encoding = encodingOf(draft);
      if (decoded.refusal === "size") return refusal(413, [`the body is larger than ${this.maxBodyBytes} bytes`]);
      if (decoded.refusal === "corrupt") return refusal(400, [`the body is not ${encoding}, as content-encoding says`]);
      return refusal(415, [`content-encoding ${encoding} is not supported: use gzip, deflate or none`]);
    }
    const verdict = this.handle(draft);
    if (verdict.status < 300) this.#received++;
    return verdict;
  }

  #answer(response: ServerResponse, verdict: Verdict, fault: RequestFault | undefined, draft: Draft): void {
    const socket = response.socket;
    if (fault?.kind === "lost-ack") return void socket?.resetAndDestroy();
    const body = fault?.kind === "wrong-content-type" ? HTML : (verdict.body ?? "");
    const type = fault?.kind === "wrong-content-type" ? "text/html" : "application/json";
    const headers = { ...(body === "" ? {} : { "content-type": type }), ...verdict.headers };
    if (fault?.kind === "half-answer") {
      response.writeHead(verdict.status, { ...headers, "content-type": type, "content-length": body.length + 64 });
      response.write(body || "{", () => socket?.destroy());
      return;
    }
    response.writeHead(verdict.status, { ...headers, "content-length": Buffer.byteLength(body) });
    response.end(body, () => {
      if (verdict.status >= 300) return;
      draft.acknowledged = true;
      this.#acknowledged++;
      verdict.acknowledged?.();
      this.#changed();
    });
  }

  /** False when the intake was closed meanwhile. */
  async #wait(ms: number): Promise<boolean> {
    return delay(ms, true, { signal: this.#closing.signal }).catch(() => false);
  }
}

/** A refusal in the form of JSON:API errors: one for each reason. */
export function refusal(
  status: number,
  reasons: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Verdict {
  return {
    status,
    headers,
    body: JSON.stringify({ errors: reasons.map((detail) => ({ status: String(status), detail })) }),
  };
}

function statusVerdict({ status, retryAfter, headers = {}, body }: Extract<Fault, { kind: "status" }>): Verdict {
  const retry = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  const verdict = refusal(status, ["this intake was told to fail"], { ...headers, ...retry });
  return body === undefined ? verdict : { ...verdict, body };
}

function encodingOf({ headers }: Pick<IncomingMessage, "headers">): string {
  return headers["content-encoding"] ?? "identity";
}

function draftOf(request: IncomingMessage, fault: RequestFault | undefined): Draft {
  const url = new URL(request.url ?? "/", "http://intake");
  return {
    method: request.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    atMs: performance.now(),
    wireBytes: 0,
    body: Buffer.alloc(0),
    ...(fault === undefined ? {} : { fault: fault.kind }),
    acknowledged: false,
  };
}

function resetInside(request: IncomingMessage): void {
  const reset = (): void => void request.socket.resetAndDestroy();
  request.on("error", () => {});
  request.once("data", reset).once("end", reset);
}
