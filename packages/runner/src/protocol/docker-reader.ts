import { finishedFrame, frame, ownFrame } from "./frames.ts";
import { between, clean, EVENT_PREFIX, SHELL_EVENT_PREFIX } from "./lines.ts";
import { parseJson, str, strip } from "./python.ts";
import type { PythonValue } from "./python.ts";
import { redactor } from "./redaction.ts";

const MAX_CONTENTS = 20;
const MAX_PRINTS = 50;

/**
 * Turns a container's output into frames by the rules of the runner's docker backend, faults included: what a person
 * would not be shown there, such as an event that is not JSON, is not shown here either.
 */
export class DockerReader {
  readonly #redact: (line: string) => string;
  readonly #contents: string[] = [];
  readonly #prints: string[] = [];
  #unfinished = "";

  /** @param environment the run's variables, in order: their values are masked. */
  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.#redact = redactor(environment);
  }

  /** Text after the last newline so far; at the end of a run it is lost. */
  get unfinishedLine(): string {
    return this.#unfinished;
  }

  /** Takes stdout and stderr as they come. A character that is cut by a chunk's border is damaged, as upstream. */
  write(chunk: Uint8Array): string[] {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("utf8");
    const lines = text.split("\n");
    lines[0] = this.#unfinished + (lines[0] ?? "");
    this.#unfinished = lines.pop() ?? "";
    return lines.map((line) => this.#line(line)).filter((sent) => sent !== "");
  }

  /** The frames after the end of the output. */
  finish(exitCode: number, durationMs: number): string[] {
    const last = finishedFrame(exitCode, durationMs);
    if (exitCode === 0) return [last];
    const shown = this.#prints.filter((line) => !line.includes(EVENT_PREFIX) && !line.includes(SHELL_EVENT_PREFIX));
    const details = shown.length > 0 ? shown.join("\n") : "See runner logs.";
    return [ownFrame("error", `Execution Failed (Code ${exitCode}).\n${details}`), last];
  }

  #line(raw: string): string {
    const line = this.#redact(strip(raw));
    if (line === "") return "";
    const payload = payloadOf(line);
    return payload === "" ? this.#print(line) : this.#event(payload);
  }

  #event(payload: string): string {
    const event = parseObject(payload);
    if (event === undefined) return "";
    const content = str(event.get("content") ?? (event.has("content") ? null : ""));
    if (event.get("type") !== "thinking" && content !== "") keepLast(this.#contents, content, MAX_CONTENTS);
    return frame(payload);
  }

  #print(line: string): string {
    // Meant against frameworks that print what they also stream. It hides any print that shares its text with an event.
    if (this.#contents.some((content) => line.includes(content) || content.includes(line))) return "";
    const text = clean(line);
    if (text === "") return "";
    keepLast(this.#prints, text, MAX_PRINTS);
    return ownFrame("thinking", `${text}\n`);
  }
}

/** Empty on ordinary lines, and after a prefix that stands alone. */
function payloadOf(line: string): string {
  if (line.includes(EVENT_PREFIX)) return between(line, EVENT_PREFIX);
  const at = line.indexOf(SHELL_EVENT_PREFIX);
  return at < 0 ? "" : strip(line.slice(at + SHELL_EVENT_PREFIX.length));
}

function parseObject(payload: string): ReadonlyMap<string, PythonValue> | undefined {
  try {
    const value = parseJson(payload);
    return value instanceof Map ? value : undefined;
  } catch {
    return undefined;
  }
}

function keepLast(list: string[], item: string, count: number): void {
  list.push(item);
  if (list.length > count) list.shift();
}
