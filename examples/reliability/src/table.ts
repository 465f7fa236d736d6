/** What became of things, by row and column, in the order in which the rows were announced. */
export class Table {
  /** What its part of the page is called. */
  readonly name: string;
  readonly #columns: readonly string[];
  readonly #rows: ReadonlyMap<string, Map<string, string>>;

  constructor(name: string, columns: readonly string[], rows: readonly string[]) {
    this.name = name;
    this.#columns = columns;
    this.#rows = new Map(rows.map((row) => [row, new Map([[columns[0] ?? "", row]])]));
  }

  /** False as long as something has not been seen. */
  get isWhole(): boolean {
    return [...this.#rows.values()].every((cells) => this.#columns.every((column) => cells.has(column)));
  }

  set(row: string, column: string, text: string): void {
    this.#rows.get(row)?.set(column, text);
  }

  /** As Markdown, columns aligned. */
  toString(): string {
    const lines = [
      this.#columns,
      ...[...this.#rows.values()].map((cells) => this.#columns.map((column) => cells.get(column) ?? "")),
    ];
    const widths = this.#columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
    const rendered = lines.map((line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`);
    const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
    return [rendered[0], rule, ...rendered.slice(1)].join("\n");
  }
}
