import { strip } from "./python.ts";

/** Marks an event: the agent's emitter writes it. */
export const EVENT_PREFIX = "__CHARM_EVENT__";
/** Marks an event: the script that starts the agent writes it. */
export const SHELL_EVENT_PREFIX = "::CHARM_EVENT::";

/** The text between the first and the second `prefix`, or after the only one. */
export function between(line: string, prefix: string): string {
  const start = line.indexOf(prefix) + prefix.length;
  const end = line.indexOf(prefix, start);
  return strip(end < 0 ? line.slice(start) : line.slice(start, end));
}

// oxlint-disable-next-line no-control-regex -- colours begin with the control character ESC
const COLOURS = /\u001b\[[\d;]*m/g;
const BOXES = /[\u2500-\u257f]/g;

/** An ordinary print as people are shown it; empty when it is not shown. */
export function clean(line: string): string {
  const text = line.replaceAll(COLOURS, "").replaceAll(BOXES, "");
  return text.includes("type: ignore") || text.includes("site-packages") ? "" : strip(text);
}
