import type { UpstreamEvent } from "./upstream-events.ts";

const PREFIX = "__CHARM_EVENT__";

/** Each with its newline; what stands after the last one is a line too. A byte is a character. */
export function linesOf(bytes: Buffer): string[] {
  return bytes.toString("latin1").split(/(?<=\n)/);
}

/** Whether it is no line of the protocol, whatever it says. */
export function isMalformed(line: string, maxBytes: number): boolean {
  if (!/^__CHARM_EVENT__\{[ -~]*\}\n$/.test(line) || line.length > maxBytes) return true;
  return line.includes(PREFIX, 1) || line.includes("::CHARM_EVENT::");
}

/** The Server-Sent Event that a browser is to get for a line. */
export function frameOf(line: string): string {
  return `data: ${line.slice(PREFIX.length, -1)}\n\n`;
}

export function lineOf(frame: string): string {
  return `${PREFIX}${frame.slice("data: ".length, -1)}`;
}

/** Bytes of the one line that would show the event whole. */
export function lineBytes(event: UpstreamEvent): number {
  return `${PREFIX}${JSON.stringify(event).replaceAll(/[\u007f-\uffff]/g, "\\u0000")}\n`.length;
}

/** One event, and how many lines it came in. */
export interface Regrouped {
  readonly event: UpstreamEvent;
  readonly lines: number;
}

/**
 * Puts together what came in several lines: of each expected event's type as many as it takes to be as long. All else
 * stays as it came, so that the result says `expected` only if what came says exactly that, in that order.
 */
export function regroup(came: readonly UpstreamEvent[], expected: readonly UpstreamEvent[]): Regrouped[] {
  const events: Regrouped[] = [];
  let at = 0;
  for (const { content: whole } of expected) {
    const first = came[at];
    if (first === undefined) break;
    const from = at++;
    let { content } = first;
    while (typeof content === "string" && typeof whole === "string" && content.length < whole.length) {
      const next = came[at];
      if (next?.type !== first.type) break;
      content += String(next.content);
      at++;
    }
    events.push({ event: { ...first, content }, lines: at - from });
  }
  return [...events, ...came.slice(at).map((event) => ({ event, lines: 1 }))];
}

/** The first place where they differ, and what stands there; undefined when they are the same. */
export function firstDifference(came: readonly unknown[], expected: readonly unknown[]): object | undefined {
  const length = Math.max(came.length, expected.length);
  for (let at = 0; at < length; at++) {
    if (came[at] === expected[at] || JSON.stringify(came[at]) === JSON.stringify(expected[at])) continue;
    return { at, came: came[at], expected: expected[at] };
  }
  return undefined;
}
