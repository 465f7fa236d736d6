import { existsSync } from "node:fs";
import { MessageChannel, Worker, receiveMessageOnPort } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { Ledger } from "../ledger.ts";
import { errorText, snapshotValue } from "../snapshot.ts";
import { Control } from "./control.ts";
import type { Order, Report, ThreadData, ThreadExporter } from "./messages.ts";
import { Watch, readTask } from "./watch.ts";

/** How a thread has come to its end; `idle` when nobody needs it any more. */
export type Death = "blocked" | "memory" | "exit" | "idle";

export interface ThreadOptions extends Omit<ThreadData, "ledger" | "control" | "port"> {
  readonly file: URL;
  readonly exporterCount: number;
  readonly bell: SharedArrayBuffer;
  readonly receivedEvents: number;
  readonly receivedBytes: number;
  readonly report: (report: Report) => void;
  /** It has ended by itself. */
  readonly died: (death: Death) => void;
}

const SYNC_POLL_MS = 5;

/** The agent's side of one host thread. */
export class HostThread {
  readonly exporters: readonly ThreadExporter[];
  readonly ledger: Ledger;
  readonly control: Control;
  /** The error that has ended it. */
  failure: string | undefined;
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #watch = new Watch(performance.now());
  /** Orders that could not be sent: they go before the next one, because events have to keep their order. */
  readonly #unsent: Order[] = [];
  #hasExited = false;
  #isUnwanted = false;
  #isOutOfMemory = false;

  constructor(options: ThreadOptions) {
    const { file, exporterCount, bell, receivedEvents, receivedBytes, report, died, ...data } = options;
    const { port1, port2 } = new MessageChannel();
    const taken = Array.from({ length: exporterCount }, () => 0);
    for (const { place, from } of data.exporters) taken[place] = from;
    this.#options = options;
    this.exporters = data.exporters;
    this.ledger = new Ledger(exporterCount);
    this.control = Control.create(bell, taken, receivedEvents, receivedBytes);
    const workerData: ThreadData = { ...data, ledger: this.ledger.buffer, control: this.control.memory, port: port2 };
    this.#worker = new Worker(file, {
      name: "charm-telemetry",
      workerData,
      transferList: [port2],
      // What preloads into the agent's thread must not run a second time here.
      execArgv: [],
      env: withoutNodeOptions(process.env),
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: data.limits.heapMb },
    });
    this.#worker.unref();
    this.#worker.on("error", (error) => {
      this.failure = errorText(error);
      this.#isOutOfMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
    });
    this.#worker.on("exit", () => {
      this.#hasExited = true;
      if (!this.#isUnwanted) died(this.#isOutOfMemory ? "memory" : "exit");
    });
    this.#port = port1;
    port1.on("message", report);
    port1.unref();
  }

  /** Never throws. What cannot be sent now, for want of memory or of stack, is sent with the next order. */
  post(order: Order): void {
    this.#unsent.push(order);
    while (this.#unsent[0] !== undefined && isSent(this.#unsent[0], this.#port)) this.#unsent.shift();
  }

  /** Takes in the reports that have arrived, in the middle of a turn of the loop. */
  readReports(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: Report } | undefined;
      if (received === undefined) return;
      this.#options.report(received.message);
    }
  }

  /** What has to be done about the thread, if anything has. */
  check(now: number, blockedMs: number): Death | undefined {
    const { control } = this;
    const { blockedLoadingMs, externalMb } = this.#options.limits;
    if (this.isGone) return "exit";
    if (control.externalBytes > externalMb * 1024 * 1024) return "memory";
    const { heartbeat, inside, loadingExporter } = control;
    // Many load their vendor's modules when they are started.
    const isStarting = inside !== undefined && this.ledger.state(inside) === "starting";
    const isLoading = heartbeat === 0 || loadingExporter !== undefined || isStarting;
    const patienceMs = isLoading ? Math.max(blockedMs, blockedLoadingMs) : blockedMs;
    const isBlocked = this.#watch.isBlocked(heartbeat, patienceMs, now, () => readTask(control.task));
    return isBlocked ? "blocked" : undefined;
  }

  get silentMs(): number {
    return this.#watch.silentMs(this.control.heartbeat, performance.now());
  }

  /** It will run nothing any more. Known at once where there is a /proc, else when the loop says so. */
  get isGone(): boolean {
    const { hasEnded, task } = this.control;
    return this.#hasExited || hasEnded || (task !== 0 && !existsSync(`/proc/self/task/${task}`));
  }

  /** @returns whether it has ended: code that is not JavaScript cannot be interrupted. */
  async terminate(): Promise<boolean> {
    const ended = this.#stop();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, this.#options.limits.terminateMs, false).unref();
    });
    const hasEnded = await Promise.race([ended, tooLate]);
    clearTimeout(timer);
    return hasEnded;
  }

  /** The same in the middle of a turn of the loop. Where there is no /proc the answer is a guess: that it has. */
  terminateSync(): boolean {
    void this.#stop();
    const giveUpAt = performance.now() + this.#options.limits.terminateMs;
    const nothing = new Int32Array(new SharedArrayBuffer(4));
    while (this.control.task !== 0 && !this.isGone) {
      if (performance.now() >= giveUpAt) return false;
      Atomics.wait(nothing, 0, 0, SYNC_POLL_MS);
    }
    return true;
  }

  #stop(): Promise<boolean> {
    this.#isUnwanted = true;
    this.#port.off("message", this.#options.report);
    return this.#worker.terminate().then(
      () => true,
      () => true,
    );
  }
}

function isSent(order: Order, port: MessagePort): boolean {
  try {
    port.postMessage(order);
    return true;
  } catch (error) {
    // No stack is left: none is for a plain form either.
    if (order.kind !== "batch" || error instanceof RangeError) return false;
  }
  try {
    // Something in it cannot be copied to another thread: a plain form of it can.
    port.postMessage({ ...order, values: order.values.map(plain) });
    return true;
  } catch {
    return false;
  }
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : snapshotValue(value, { truncated: 0 });
}

function withoutNodeOptions(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = environment;
  return rest;
}
