import type { Terminal } from "./terminal.ts";
import { visibleLength, wrapText } from "./terminal.ts";

const GAP = 2;

/** Columns as wide as they have to be; the last one is wrapped where the terminal ends. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[], terminal: Terminal): string {
  const widths = head.map((title, index) =>
    Math.max(...[title, ...rows.map((row) => row[index] ?? "")].map(visibleLength)),
  );
  const last = widths.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP, 0);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        if (index < last) return cell + " ".repeat((widths[index] ?? 0) - visibleLength(cell) + GAP);
        const room = (terminal.width ?? Infinity) - before;
        if (visibleLength(cell) <= room) return cell;
        // With less than that it would be a column of single words: better below, in the whole width.
        const indent = room < 20 ? GAP * 2 : before;
        const wrapped = wrapText(cell, (terminal.width ?? Infinity) - indent, 0).replaceAll(
          "\n",
          `\n${" ".repeat(indent)}`,
        );
        return room < 20 ? `\n${" ".repeat(indent)}${wrapped}` : wrapped;
      })
      .join("")
      .replaceAll(/ +$/gm, "");
  return [head.map((title) => terminal.style("dim", title)), ...rows].map(line).join("\n");
}
