import { setTimeout as sleep } from "node:timers/promises";

/** What came of a request: `undecided` says why nobody can tell, such as `503 after 3 tries`. */
export type NpmAnswer<T> = { readonly value: T } | { readonly missing: true } | { readonly undecided: string };

export interface RequestOptions {
  /** For one try, from the connection to the last byte. */
  readonly timeoutMs: number;
  readonly tries: number;
  /** Before the second try; doubled before each one after that. */
  readonly backoffMs: number;
  /** A server that wants to be left alone for longer is not waited for. */
  readonly maxRetryAfterMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export const REQUEST_DEFAULTS: RequestOptions = {
  timeoutMs: 15_000,
  tries: 3,
  backoffMs: 500,
  maxRetryAfterMs: 20_000,
  maxBytes: 64 * 1024 * 1024,
};

/** A try that has failed, and whether another one makes sense. */
interface Failure {
  readonly reason: string;
  /** When to try again; never, if absent. */
  readonly waitMs?: number;
}

/**
 * GET, tried again where that can help.
 *
 * @param read makes something of the body; what it throws counts as a broken answer
 * @throws the reason of `signal`
 */
export async function request<T>(url: URL, read: (body: Buffer) => T, options: RequestOptions): Promise<NpmAnswer<T>> {
  for (let tried = 1; ; tried++) {
    options.signal?.throwIfAborted();
    const answer = await attempt(url, read, options, options.backoffMs * 2 ** (tried - 1));
    if (!("reason" in answer)) return answer;
    if (answer.waitMs === undefined || answer.waitMs > options.maxRetryAfterMs || tried >= options.tries)
      return { undecided: `${answer.reason} after ${tried} ${tried === 1 ? "try" : "tries"}` };
    await sleep(answer.waitMs, undefined, { signal: options.signal });
  }
}

async function attempt<T>(
  url: URL,
  read: (body: Buffer) => T,
  { timeoutMs, maxBytes, signal }: RequestOptions,
  backoffMs: number,
): Promise<NpmAnswer<T> | Failure> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let body: Buffer;
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json, */*" },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return refusal(response, backoffMs);
    }
    const whole = await readBody(response, maxBytes);
    if (whole === undefined) return { reason: `more than ${maxBytes} bytes` };
    body = whole;
  } catch (error) {
    signal?.throwIfAborted();
    return { reason: timeout.aborted ? `no answer in ${timeoutMs} ms` : causeOf(error), waitMs: backoffMs };
  }
  try {
    return { value: read(body) };
  } catch {
    return { reason: "an answer that makes no sense", waitMs: backoffMs };
  }
}

function refusal({ status, headers }: Response, backoffMs: number): { missing: true } | Failure {
  if (status === 404 || status === 410) return { missing: true };
  if (status !== 429 && status < 500) return { reason: String(status) };
  return { reason: String(status), waitMs: retryAfterMs(headers.get("retry-after")) ?? backoffMs };
}

/** Seconds, or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Nothing, if there is too much of it: the length that a server names need not be true. */
async function readBody(response: Response, maxBytes: number): Promise<Buffer | undefined> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels what is still to come.
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `fetch` hides what has happened, such as ECONNREFUSED, one or two causes below. */
function causeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    if (cause.cause === undefined) return cause.message;
  }
  return String(error);
}
