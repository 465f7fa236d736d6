/** A Server-Sent Event as the runner sends it: `data: ` + text + a blank line, and no other field. */
export function frame(data: string): string {
  return `data: ${data}\n\n`;
}

/** A frame that the runner makes itself; it is JSON as Python writes it, blanks included. */
export function ownFrame(type: string, content: string): string {
  return frame(`{"type": "${type}", "content": ${JSON.stringify(content)}}`);
}

/** The last frame of every run. */
export function finishedFrame(exitCode: number, durationMs: number): string {
  return frame(
    `{"type": "internal_run_finished", "content": {"exit_code": ${exitCode}, "duration_ms": ${Math.round(durationMs)}}}`,
  );
}
