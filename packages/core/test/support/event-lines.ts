import { StdoutWriter } from "../../src/stdout/writer.ts";
import type { LineKind } from "../../src/stdout/backlog.ts";

const PREFIX = "__CHARM_EVENT__";
const BOOT_PREFIX = "::CHARM_EVENT::";

export interface ParsedEvent {
  readonly type: string;
  readonly content?: unknown;
  readonly [field: string]: unknown;
}

/**
 * One line as the cloud's runner reads it: an event is what lies between the first and the second prefix, if that is a
 * JSON object; undefined for any other line.
 */
export function parseLine(line: string): ParsedEvent | undefined {
  const payload = line.includes(PREFIX) ? line.split(PREFIX)[1] : line.split(BOOT_PREFIX).slice(1).join(BOOT_PREFIX);
  try {
    const event: unknown = JSON.parse(payload ?? "");
    return typeof event === "object" && event !== null && !Array.isArray(event) ? (event as ParsedEvent) : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of what was written, and whether the last one is complete. */
export function splitLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error("The last line has no end.");
  return lines;
}

/** All events of what was written; other lines are an error. */
export function parseEvents(text: string): ParsedEvent[] {
  return splitLines(text).map((line) => {
    const event = parseLine(line);
    if (event === undefined) throw new Error(`No event: ${line.slice(0, 200)}`);
    return event;
  });
}

/** The texts of all events of a type, put together. */
export function contentOf(events: readonly ParsedEvent[], type: string): string {
  return events
    .filter((event) => event.type === type)
    .map((event) => String(event.content))
    .join("");
}

/** Keeps lines in place of writing them. */
export class KeptLines extends StdoutWriter {
  readonly lines: string[] = [];
  readonly kinds: LineKind[] = [];

  override write(kind: LineKind, line: string): void {
    this.kinds.push(kind);
    this.lines.push(line);
  }

  get text(): string {
    return this.lines.join("");
  }

  get events(): ParsedEvent[] {
    return parseEvents(this.text);
  }
}
