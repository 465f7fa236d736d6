import { AsyncLocalStorage, createHook } from "node:async_hooks";
import type { AsyncHook } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";

interface Resource {
  readonly type: string;
  readonly resource: { hasRef(): boolean; unref?(): void };
  /** Its stack says where it was made. */
  readonly made: Error;
}

const POLL_MS = 10;
const FRAMES = 50;
/** Made by the thousand, and never what keeps a process alive. */
const LIGHT: ReadonlySet<string> = new Set(["PROMISE", "TickObject", "Microtask", "Immediate"]);

const entered = new AsyncLocalStorage<Resources>();

/** Timers, sockets and whatever else code has opened that keeps a process alive, with the places that opened them. */
export class Resources {
  readonly #open = new Map<number, Resource>();
  readonly #hook: AsyncHook;
  readonly #graceMs: number;

  /** @param graceMs what closes itself, such as a socket, has so long. */
  constructor(graceMs: number) {
    this.#graceMs = graceMs;
    this.#hook = createHook({
      init: (id, type, _trigger, resource) => {
        if (LIGHT.has(type) || entered.getStore() !== this || !hasRefs(resource)) return;
        this.#open.set(id, { type, resource, made: stackHere() });
      },
      destroy: (id) => void this.#open.delete(id),
    }).enable();
  }

  /** Runs code; what it opens, now or later, is its. */
  enter<Value>(code: () => Value): Value {
    return entered.run(this, code);
  }

  /** What is still there when everything that closes itself has had time to, each as `what, made at where`. */
  async open(): Promise<string[]> {
    const until = performance.now() + this.#graceMs;
    while (this.#referenced.length > 0 && performance.now() < until) await delay(POLL_MS);
    return this.#referenced.map(({ type, resource, made }) => `${nameOf(type, resource)}, made ${placeIn(made)}`);
  }

  /** What is still open keeps the process no longer: its cases have been told, and the tests have to end. */
  close(): void {
    this.#hook.disable();
    entered.disable();
    for (const { resource } of this.#referenced) resource.unref?.();
    this.#open.clear();
  }

  get #referenced(): Resource[] {
    return [...this.#open.values()].filter(({ resource }) => resource.hasRef());
  }
}

function hasRefs(resource: object): resource is Resource["resource"] {
  return typeof (resource as { hasRef?: unknown }).hasRef === "function";
}

function stackHere(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const error = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

function nameOf(type: string, resource: object): string {
  if (type === "Timeout") {
    const { _repeat: repeat, _idleTimeout: ms } = resource as { _repeat?: number | null; _idleTimeout?: number };
    return repeat ? `setInterval of ${repeat} ms` : `setTimeout of ${ms} ms`;
  }
  return NAMES[type] ?? type;
}

const NAMES: Readonly<Record<string, string>> = {
  TCPWRAP: "a socket",
  TLSWRAP: "a TLS socket",
  TCPSERVERWRAP: "a server",
  PIPEWRAP: "a pipe",
  PIPESERVERWRAP: "a server on a pipe",
  UDPWRAP: "a UDP socket",
  PROCESSWRAP: "a child process",
  WORKER: "a worker thread",
  MESSAGEPORT: "a message port",
  FSEVENTWRAP: "a watcher of files",
  STATWATCHER: "a watcher of files",
};

/** The first place of the stack that is neither Node's nor this package's. */
function placeIn({ stack = "" }: Error): string {
  const frames = stack
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
  return (
    frames.find((frame) => !/\bnode:|async_hooks|\/conformance\/(?:watch|attach|bench)/.test(frame)) ?? "inside Node"
  );
}
