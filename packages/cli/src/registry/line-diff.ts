import type { Terminal } from "../terminal.ts";

/** What changes between two texts, line by line: lines that stay in their order are shown once. */
export function lineDiff(before: string, after: string, terminal: Terminal): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  const lines: string[] = [];
  let [left, right] = [0, 0];
  while (left < old.length || right < now.length) {
    const [removed, added] = [old[left], now[right]];
    if (removed !== undefined && removed === added) {
      lines.push(`  ${removed}`);
      left++;
      right++;
    } else if (removed !== undefined && !now.slice(right).includes(removed)) {
      lines.push(terminal.style("red", `- ${removed}`));
      left++;
    } else {
      lines.push(terminal.style("green", `+ ${added ?? ""}`));
      right++;
    }
  }
  return lines.join("\n");
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
