import { gzipSync } from "node:zlib";
import type { LangsmithIntake, LangsmithIntakeOptions } from "../../src/intakes/index.ts";
import { startLangsmithIntake } from "../../src/intakes/index.ts";
import { onTestFinished } from "vitest";

export interface Part {
  readonly name: string;
  readonly value: unknown;
  /** In place of the right ones. */
  readonly headers?: readonly string[];
}

export interface LangsmithAnswer {
  readonly status: number;
  /** The reasons of a refusal. */
  readonly detail: readonly string[];
  readonly retryAfter?: string | undefined;
}

const BOUNDARY = "----LangSmithFormBoundarytest";

export async function openLangsmith(options: LangsmithIntakeOptions = {}): Promise<LangsmithIntake> {
  const intake = await startLangsmithIntake(options);
  onTestFinished(() => intake.close());
  return intake;
}

export function multipart(parts: readonly Part[], end = `--${BOUNDARY}--\r\n`): Buffer<ArrayBuffer> {
  const pieces = parts.flatMap(({ name, value, headers }) => {
    const content = Buffer.from(JSON.stringify(value));
    const lines = headers ?? [
      `Content-Disposition: form-data; name="${name}"`,
      `Content-Type: application/json; length=${content.length}`,
    ];
    return [Buffer.from(`--${BOUNDARY}\r\n${lines.join("\r\n")}\r\n\r\n`), content, Buffer.from("\r\n")];
  });
  return Buffer.concat([...pieces, Buffer.from(end)]);
}

export async function sendParts(
  intake: LangsmithIntake,
  parts: readonly Part[],
  { gzip = false, headers = {}, path = "/runs/multipart" }: SendOptions = {},
): Promise<LangsmithAnswer> {
  const body = multipart(parts);
  return sendBytes(intake, gzip ? Buffer.from(gzipSync(body)) : body, {
    path,
    headers: { ...(gzip ? { "content-encoding": "gzip" } : {}), ...headers },
  });
}

interface SendOptions {
  gzip?: boolean;
  headers?: Record<string, string>;
  path?: string;
}

export async function sendBytes(
  intake: LangsmithIntake,
  body: Uint8Array<ArrayBuffer> | string,
  { headers = {}, path = "/runs/multipart" }: SendOptions = {},
): Promise<LangsmithAnswer> {
  const response = await fetch(`${intake.url}${path}`, {
    method: "POST",
    headers: {
      "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
      "x-api-key": "not-a-real-key",
      ...headers,
    },
    body,
  });
  const text = await response.text();
  const { detail = [] } = (text.startsWith("{") ? JSON.parse(text) : {}) as { detail?: string[] };
  return { status: response.status, detail, retryAfter: response.headers.get("retry-after") ?? undefined };
}
