import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { constants } from "node:os";
import { BOOT_SCRIPT } from "./boot-script.ts";
import { createOutputPipe } from "./output-pipe.ts";

/** How long a process that has left the agent's group may hold the pipe open, once the agent has ended: twice this. */
const STRAY_OUTPUT_MS = 250;

export interface AgentCommand {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where a named pipe can be made for a moment. */
  readonly pipePath: string;
  readonly heartbeatMs: number;
}

/** `npm start` and all that it starts: one process group, which ends as a whole, like a container. */
export class AgentProcess {
  /** stdout and stderr, as bytes. */
  readonly output: Socket;
  readonly #child: ChildProcess;
  readonly #exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  readonly #closed: Promise<void>;
  #grace: Promise<void> | undefined;
  #graceTimer: NodeJS.Timeout | undefined;

  static async start(command: AgentCommand): Promise<AgentProcess> {
    const pipe = await createOutputPipe(command.pipePath);
    const child = spawn("sh", ["-c", BOOT_SCRIPT, "charm-run", String(command.heartbeatMs / 1000)], {
      cwd: command.folder,
      env: command.environment,
      stdio: ["ignore", pipe.writerFd, pipe.writerFd],
      detached: true, // a process group of its own
    });
    pipe.closeWriter();
    return new AgentProcess(child, pipe.reader);
  }

  private constructor(child: ChildProcess, output: Socket) {
    this.output = output;
    this.#child = child;
    this.#exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    this.#closed = new Promise((done) => output.once("close", () => done()));
  }

  /** Asks all processes to end, and makes them after `graceMs`. */
  end(graceMs: number): void {
    if (this.#grace !== undefined) return;
    this.#signal("SIGTERM");
    this.#grace = new Promise((done) => {
      this.#graceTimer = setTimeout(() => {
        this.kill();
        done();
      }, graceMs);
    });
  }

  kill(): void {
    this.#signal("SIGKILL");
  }

  /**
   * A container's exit status (128 + the signal's number when a signal ended it), once all output has been read and all
   * processes are gone.
   */
  async exitCode(): Promise<number> {
    const [code, signal] = await this.#exited;
    // Asked to end, npm does not wait for an agent that takes its time. Otherwise the first process ends the others.
    if (this.#grace !== undefined) await Promise.race([this.#closed, this.#grace]);
    this.kill();
    clearTimeout(this.#graceTimer);
    await this.#outputClosed();
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  }

  /** What was written before the end is in the pipe: it is read between the two ticks, however busy this process is. */
  async #outputClosed(): Promise<void> {
    let ticks = 0;
    const stray = setInterval(() => {
      if (++ticks === 2) this.output.destroy();
    }, STRAY_OUTPUT_MS);
    await this.#closed;
    clearInterval(stray);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // Nobody is left.
    }
  }
}
