import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { plainEnvironment } from "./command.ts";
import type { Environment } from "./command.ts";

const PATIENCE_MS = 60_000;

/** A real terminal (a pty of util-linux's `script`) in which a command runs, and a person who reads and types. */
export class Terminal {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly exited: Promise<number>;
  #screen = "";
  #read = 0;

  constructor(cwd: string, line: string, environment: Environment) {
    const sized = `stty cols 100 rows 40; ${line}`;
    this.#process = spawn("script", ["--quiet", "--return", "--flush", "--command", sized, "/dev/null"], {
      cwd,
      env: { ...plainEnvironment(), ...environment, TERM: "xterm-256color", SHELL: "/bin/sh" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => (this.#screen += text));
    this.exited = once(this.#process, "close").then(([code]) => Number(code));
  }

  /** All that was ever shown, without colours and movements. */
  get screen(): string {
    return stripVTControlCharacters(this.#screen);
  }

  /** Waits until a text is shown that has not been read before. */
  async reads(text: string): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    let isOver = false;
    const over = this.exited.then(() => (isOver = true));
    for (;;) {
      const at = this.screen.indexOf(text, this.#read);
      if (at >= 0) {
        this.#read = at + text.length;
        return;
      }
      if (isOver || signal.aborted)
        throw new Error(`the terminal never showed ${JSON.stringify(text)}:\n${this.screen}`);
      await Promise.race([once(this.#process.stdout, "data", { signal }).catch(() => undefined), over]);
    }
  }

  /** Keys, then Enter. */
  types(keys: string): void {
    this.#process.stdin.write(`${keys}\r`);
  }

  end(): void {
    this.#process.kill("SIGKILL");
  }
}
