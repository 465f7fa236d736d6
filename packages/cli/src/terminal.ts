import { stripVTControlCharacters, styleText } from "node:util";

/** Where text goes: a stream of the process, or a test's. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command sees of the world. */
export interface Surroundings {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

/** What commands write through: machine data and results to stdout, words about them to stderr. */
export class Terminal {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Columns of stdout; undefined where nobody looks, and lines stay whole. */
  readonly width: number | undefined;
  readonly hasColours: boolean;
  readonly #stdout: Sink;
  readonly #stderr: Sink;

  constructor({ directory, environment, stdout, stderr }: Surroundings) {
    this.directory = directory;
    this.environment = environment;
    this.width = stdout.isTTY === true ? Math.max(40, stdout.columns ?? 80) : undefined;
    this.hasColours = wantsColours(stdout, environment);
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  print(text: string): void {
    this.#stdout.write(`${text}\n`);
  }

  /** Text that has its ends of lines. */
  printText(text: string): void {
    if (text !== "") this.#stdout.write(text);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value, undefined, 2));
  }

  warn(text: string): void {
    this.#stderr.write(`${text}\n`);
  }

  style(style: Style, text: string): string {
    return this.hasColours ? styleText(style, text, { validateStream: false }) : text;
  }

  /** One paragraph in the terminal's width; the lines after the first are indented. */
  wrap(text: string, indent = 2): string {
    return this.width === undefined ? text : wrapText(text, this.width, indent);
  }
}

/** FORCE_COLOR says it for Node's own tools too, and comes first there. */
function wantsColours(stdout: Sink, { FORCE_COLOR, NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (FORCE_COLOR !== undefined) return !/^(?:0|false)$/i.test(FORCE_COLOR);
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return stdout.isTTY === true && TERM !== "dumb";
}

/** A word that is longer than the line stays whole: it may be a path that people copy. */
export function wrapText(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = width - (lines.length === 0 ? 0 : indent);
    if (line !== "" && visibleLength(line) + 1 + visibleLength(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

export function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
