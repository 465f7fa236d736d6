import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";

const DECODERS = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * Reads a request to its end and keeps at most `limit` bytes of it.
 *
 * @param signal ends the wait of a slow reading.
 * @returns the bytes as sent and how many there were; undefined when the client went away first, or `signal` came.
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  { bytesPerSecond = Infinity, signal }: { bytesPerSecond?: number | undefined; signal: AbortSignal },
): Promise<{ wire: Buffer; wireBytes: number } | undefined> {
  const chunks: Buffer[] = [];
  let wireBytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (wireBytes < limit) chunks.push(chunk);
      wireBytes += chunk.length;
      if (bytesPerSecond !== Infinity) await delay((chunk.length * 1000) / bytesPerSecond, undefined, { signal });
    }
  } catch {
    return undefined; // nobody waits for an answer
  }
  return { wire: Buffer.concat(chunks), wireBytes };
}

export type DecodedBody = { readonly bytes: Buffer } | { readonly refusal: "encoding" | "corrupt" | "size" };

/** Undoes the content encoding; never makes more than `limit` bytes of it. */
export async function decodeBody(wire: Buffer, encoding: string, limit: number): Promise<DecodedBody> {
  if (encoding === "identity") return wire.length > limit ? { refusal: "size" } : { bytes: wire };
  if (encoding !== "gzip" && encoding !== "deflate") return { refusal: "encoding" };
  try {
    return { bytes: await DECODERS[encoding](wire, { maxOutputLength: limit }) };
  } catch (error) {
    return { refusal: error instanceof RangeError ? "size" : "corrupt" };
  }
}
