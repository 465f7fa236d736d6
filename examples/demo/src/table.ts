import stringWidth from "string-width";
import { pad } from "./text.ts";
import type { Paint } from "./text.ts";

/** Columns that belong together, under one title. */
export interface ColumnGroup {
  readonly title: string;
  readonly heads: readonly string[];
}

const GROUP_GAP = " │ ";

export interface TableStyle {
  readonly paint: Paint;
  /** Of the terminal: where there is room, columns stand further apart. */
  readonly columns: number;
}

/** Columns as wide as they need to be: the first on the left, all others, figures, on the right. */
export function table(
  groups: readonly ColumnGroup[],
  rows: readonly (readonly string[])[],
  style: TableStyle,
): string[] {
  const wide = lines(groups, rows, style.paint, "  ");
  return wide.every((line) => stringWidth(line) <= style.columns) ? wide : lines(groups, rows, style.paint, " ");
}

function lines(
  groups: readonly ColumnGroup[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  gap: string,
): string[] {
  const heads = groups.flatMap((group) => group.heads);
  const widths = heads.map((head, column) =>
    Math.max(...[head, ...rows.map((row) => row[column] ?? "")].map((cell) => stringWidth(cell))),
  );
  const starts = groups.map((_, index) => groups.slice(0, index).flatMap((group) => group.heads).length);

  const groupsOf = (cells: readonly string[]): string[] =>
    groups.map((group, index) => {
      const start = starts[index] ?? 0;
      const own = cells.slice(start, start + group.heads.length);
      return own.map((cell, at) => pad(cell, (widths[start + at] ?? 0) * (start + at === 0 ? 1 : -1))).join(gap);
    });
  const headGroups = groupsOf(heads);
  const titles = groups.map(({ title }, index) => pad(title, stringWidth(headGroups[index] ?? "")));
  return [
    paint("dim", titles.join(GROUP_GAP).trimEnd()),
    paint("bold", headGroups.join(GROUP_GAP)),
    ...rows.map((row) => groupsOf(row).join(GROUP_GAP)),
  ];
}
