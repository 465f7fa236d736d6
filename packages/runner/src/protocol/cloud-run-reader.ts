import { StringDecoder } from "node:string_decoder";
import { frame, ownFrame } from "./frames.ts";
import { between, clean, EVENT_PREFIX, SHELL_EVENT_PREFIX } from "./lines.ts";
import { strip } from "./python.ts";

const ALARMS = ["Memory", "Exited", "Error"];

/**
 * Turns a container's output into frames by the line rules of the runner's Cloud Run backend: nothing is masked and no
 * event is checked. Frames before the first line and after the last one are not made here.
 */
export class CloudRunReader {
  readonly #decoder = new StringDecoder("utf8");
  #unfinished = "";

  write(chunk: Uint8Array): string[] {
    return this.#read(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  }

  /** The logging service also delivers a last line that has no newline. */
  finish(): string[] {
    return this.#unfinished === "" ? [] : this.#read("\n");
  }

  #read(text: string): string[] {
    const lines = text.split("\n");
    lines[0] = this.#unfinished + (lines[0] ?? "");
    this.#unfinished = lines.pop() ?? "";
    return lines.map((line) => frameOf(strip(line))).filter((sent) => sent !== "");
  }
}

function frameOf(line: string): string {
  if (isStructured(line)) return "";
  for (const prefix of [EVENT_PREFIX, SHELL_EVENT_PREFIX])
    if (line.includes(prefix)) return frame(between(line, prefix));
  const text = clean(line);
  if (text !== "") return ownFrame("thinking", `${text}\n`);
  return ALARMS.some((word) => line.includes(word)) ? ownFrame("error", `System: ${line}\n`) : "";
}

/** The logging service takes a line that is a JSON object for fields of its own, and the runner then ignores it. */
function isStructured(line: string): boolean {
  if (!line.startsWith("{")) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
