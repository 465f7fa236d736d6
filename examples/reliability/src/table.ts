/** What became of things, by row and column, in the order in which the rows were announced. */
export class Table {
  readonly #columns: readonly string[];
  readonly #rows: ReadonlyMap<string, Map<string, string>>;

  constructor(columns: readonly string[], rows: readonly string[]) {
    this.#columns = columns;
    this.#rows = new Map(rows.map((row) => [row, new Map()]));
  }

  set(row: string, column: string, text: string): void {
    this.#rows.get(row)?.set(column, text);
  }

  /** As Markdown, columns aligned. */
  toString(): string {
    const lines = [
      this.#columns,
      ...[...this.#rows].map(([row, cells]) =>
        this.#columns.map((column, at) => (at === 0 ? row : (cells.get(column) ?? ""))),
      ),
    ];
    const widths = this.#columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
    const rendered = lines.map((line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`);
    const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
    return [rendered[0], rule, ...rendered.slice(1)].join("\n");
  }
}

/** The part of a page between two marks, and the page with another one in its place. */
export function generatedPart(page: string, name: string): { readonly text: string; replace(text: string): string } {
  const [begin, end] = [`<!-- ${name}: begin -->\n\n`, `\n\n<!-- ${name}: end -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`there is no generated part "${name}" in the page`);
  const start = from + begin.length;
  return { text: page.slice(start, to), replace: (text) => page.slice(0, start) + text + page.slice(to) };
}
