import { TelemetryError } from "@charm/telemetry-core";
import type { z } from "zod";
import { valuePath } from "../value-path.ts";

/** One file of a recording. */
export interface RecordingFile {
  /** Relative to the source's folder; used in errors and ids. */
  readonly path: string;
  readonly text: string;
}

/** Parses JSON of a known shape. Throws a `TelemetryError` that says where and what is wrong. */
export function parseShape<Shape extends z.ZodType>(shape: Shape, text: string, where: string): z.output<Shape> {
  const result = shape.safeParse(parseJson(text, where));
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 5)
    .map((issue) => `${valuePath(issue.path) || "(all of it)"}: ${issue.message}`);
  throw unreadable(problems.join("; "), where);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`not JSON (${error instanceof Error ? error.message : String(error)}).`, where, error);
  }
}

/** One line of a file that holds JSON line by line. */
export interface RecordingLine {
  readonly text: string;
  /** `file:line`. */
  readonly where: string;
}

export function parseLines<Shape extends z.ZodType>(shape: Shape, lines: readonly RecordingLine[]): z.output<Shape>[] {
  return lines.map(({ text, where }) => parseShape(shape, text, where));
}

export function unreadable(message: string, where: string, cause?: unknown): TelemetryError {
  return new TelemetryError("INVALID_ARGUMENT", `cannot read this recording: ${message}`, {
    where,
    fix: "Give a file as its source publishes it; recordings/README.md names the formats.",
    ...(cause === undefined ? {} : { cause }),
  });
}
