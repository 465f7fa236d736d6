import { readFileSync, statSync } from "node:fs";
import { errorRecord } from "../error-record.ts";
import { syntaxFinding } from "./problem.ts";
import type { PlacedFinding } from "./problem.ts";

const MAX_FILE_BYTES = 256 * 1024;
const START = { at: "", line: 1, column: 1 };

export interface FileText {
  /** Absent when there is nothing to go on with. */
  readonly text?: string;
  readonly contract: PlacedFinding[];
  readonly findings: PlacedFinding[];
}

/**
 * The file's text, without byte order mark. At once: an agent that starts has nothing else to do, and a promise of it
 * would only cost more.
 */
export function readText(path: string): FileText {
  let bytes: Buffer;
  try {
    const file = statSync(path);
    if (!file.isFile()) return refused("unreadable", "this is not a file.", "Put a text file there.");
    if (file.size > MAX_FILE_BYTES) {
      const message = `the file has ${file.size} bytes, the limit is ${MAX_FILE_BYTES}; nothing of it is read.`;
      return { contract: [], findings: [{ ...START, type: "too_large", message, fix: "Keep data out of it." }] };
    }
    bytes = readFileSync(path);
  } catch (error) {
    const message = `the file cannot be read (${errorRecord(error).code ?? "unknown error"}).`;
    return refused("unreadable", message, "Let the agent's user read it.");
  }
  return decode(bytes);
}

function refused(type: string, message: string, fix: string): FileText {
  return { contract: [{ ...START, type, message, fix }], findings: [] };
}

// What upstream's reader accepts in a file.
const UNPRINTABLE = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function decode(bytes: Buffer): FileText {
  const decoded = bytes.toString("utf8");
  const reencoded = Buffer.from(decoded, "utf8");
  if (!reencoded.equals(bytes)) {
    const place = positionIn(bytes.subarray(0, firstDifference(bytes, reencoded)).toString("utf8"));
    const message = "the file is not UTF-8 from here on.";
    return { contract: [{ ...place, type: "encoding", message, fix: "Save it as UTF-8." }], findings: [] };
  }
  const hasMark = decoded.startsWith("\ufeff");
  const text = hasMark ? decoded.slice(1) : decoded;
  const unprintable = UNPRINTABLE.exec(text);
  if (unprintable !== null) {
    const code = (unprintable[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const place = positionIn(text.slice(0, unprintable.index));
    const finding = syntaxFinding(`the control character U+${code} is not allowed.`, "Remove it.");
    return { contract: [{ ...finding, ...place }], findings: [] };
  }
  const message = "the file begins with a byte order mark.";
  const fix = "Save it as UTF-8 without one.";
  return { text, contract: [], findings: hasMark ? [{ ...START, type: "byte_order_mark", message, fix }] : [] };
}

function firstDifference(one: Buffer, other: Buffer): number {
  let index = 0;
  while (index < one.length && one[index] === other[index]) index++;
  return index;
}

function positionIn(before: string): { at: string; line: number; column: number } {
  const lines = before.split("\n");
  return { at: "", line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
