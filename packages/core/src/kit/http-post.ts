import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";

const MAX_ANSWER_BYTES = 4096;
const CHUNK_BYTES = 64 * 1024;

export interface PostOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Aborts the request; its reason is then the failure's error. */
  readonly signal: AbortSignal;
}

/** What came of one request. */
export type PostResult =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers: Readonly<Record<string, string | string[] | undefined>>;
      /** The start of the answer's text; empty for 2xx. */
      readonly text: string;
    }
  | {
      readonly kind: "failure";
      readonly error: unknown;
      /** A connection was there: the backend has seen at least a part. */
      readonly isStarted: boolean;
      /** The whole request was handed over: the backend may have taken it, although no answer came. */
      readonly isSent: boolean;
    };

/** One POST, without retries. Never rejects. */
export async function post(dispatcher: Dispatcher, { url, headers, body, signal }: PostOptions): Promise<PostResult> {
  const progress = { isStarted: false, isSent: false };
  const request = dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: "POST",
    headers: { ...headers, "content-length": String(body.length) },
    // undici takes iterables, as its manual says; its types do not.
    body: tracked(body, progress) as unknown as Readable,
    signal,
  });
  request.catch(() => {}); // may fail after the race below is lost
  try {
    // undici notices the signal only once it has a connection.
    const response = await Promise.race([request, rejection(signal)]);
    const isOk = response.statusCode >= 200 && response.statusCode < 300;
    // A status is an answer, whatever becomes of the rest: a 2xx does not wait for it.
    if (isOk) response.body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => {});
    const text = isOk ? "" : await readStart(response.body);
    return { kind: "status", status: response.statusCode, headers: response.headers, text };
  } catch (error) {
    return { kind: "failure", error, ...progress };
  }
}

/** The body in chunks: asking for more means that the one before was handed to the connection. */
async function* tracked(body: Buffer, progress: { isStarted: boolean; isSent: boolean }): AsyncGenerator<Buffer> {
  progress.isStarted = true;
  for (let from = 0; from < body.length; from += CHUNK_BYTES) yield body.subarray(from, from + CHUNK_BYTES);
  progress.isSent = true;
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

async function readStart(body: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  try {
    for await (const chunk of body) {
      text += chunk.toString("utf8");
      if (text.length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // the answer broke off: what came of it will do
  }
  return text.slice(0, MAX_ANSWER_BYTES);
}
