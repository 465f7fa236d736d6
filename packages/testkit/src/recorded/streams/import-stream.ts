import { z } from "zod";
import { parseShape, unreadable } from "../import-file.ts";
import type { RecordingFile, RecordingLine } from "../import-file.ts";
import type { LlmStep, RecordedRun } from "../recorded-run.ts";
import { readAnthropic } from "./anthropic.ts";
import { readChat } from "./chat.ts";
import { readGoogle } from "./google.ts";
import { readResponses } from "./responses.ts";

/** OpenTelemetry's names, by the folder or the beginning of the file's name. */
const PROVIDERS: readonly (readonly [start: string, provider: string])[] = [
  ["anthropic/", "anthropic"],
  ["azure/", "azure.ai.openai"],
  ["google/", "gcp.gemini"],
  ["groq/", "groq"],
  ["mistral/", "mistral_ai"],
  ["openai-compatible/xai", "x_ai"],
  ["openai", "openai"],
];

/** The fields of a server-sent event other than its data, and comments. */
const SSE_FIELD = /^(event|id|retry)?:/;

/**
 * Reads one recorded stream: an event of the provider in JSON per line, or the server-sent events themselves.
 *
 * The provider is told by the path's first folder, the format by the first event.
 */
export function importStream({ path, text }: RecordingFile): RecordedRun {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.replace(/^data: ?/, "").trim(), where: `${path}:${index + 1}` }))
    .filter((line) => line.text !== "" && line.text !== "[DONE]" && !SSE_FIELD.test(line.text));
  const steps = readSteps(lines, path);
  const id = path.replace(/\.chunks\.txt$/, "");
  const error = steps.find((step) => step.error !== undefined)?.error;
  return {
    source: "ai-sdk-streams",
    id,
    inputs: { recording: id },
    outputs: { output: steps.flatMap(({ tokens }) => tokens).join("") },
    failed: error !== undefined,
    ...(error === undefined ? {} : { error }),
    steps,
  };
}

function readSteps(lines: readonly RecordingLine[], path: string): LlmStep[] {
  const first = lines[0];
  if (first === undefined) throw unreadable("it is empty.", path);
  const opening = parseShape(z.looseObject({}), first.text, first.where);
  const provider = PROVIDERS.find(([start]) => path.startsWith(start))?.[1] ?? "unknown";
  if ("choices" in opening) return readChat(lines, provider);
  if ("candidates" in opening) return readGoogle(lines, provider);
  const type = String(opening["type"]);
  if (type.startsWith("response.") || type === "error") return readResponses(lines, provider);
  if (type === "message_start") return readAnthropic(lines, provider);
  throw unreadable(
    "its first event is of no known provider (OpenAI, Anthropic, Google, and those alike).",
    first.where,
  );
}
