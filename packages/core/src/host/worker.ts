/** The code of a host thread: takes orders, runs the lanes of its exporters, and shows how it is. */
import { readlinkSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import { workerData } from "node:worker_threads";
import { Ledger } from "../ledger.ts";
import { nowUnixMs } from "../now.ts";
import { errorText } from "../snapshot.ts";
import { LedgerAccount } from "./account.ts";
import { readBatch } from "./batch.ts";
import type { Batch } from "./batch.ts";
import { Control } from "./control.ts";
import type { HostEvent } from "./event.ts";
import type { Lane } from "./lane.ts";
import { Lanes } from "./lanes.ts";
import { loadExporterClass } from "./load-exporter.ts";
import type { Order, Report, ThreadData, ThreadExporter } from "./messages.ts";
import { captureOutput } from "./worker-output.ts";

const TICK_MS = 100;
/** An exporter that takes long to load holds the next one up for so long. */
const LOAD_TURN_MS = 1000;

const { agent, exporters, secrets, limits, port, ...shared } = workerData as ThreadData;
const control = new Control(shared.control);
const ledger = new Ledger(0, shared.ledger);

function report(message: Report): void {
  port.postMessage(message);
  control.ring();
}

/** Whose code has probably just run. */
function suspect(): ThreadExporter | undefined {
  if (exporters.length === 1) return exporters[0];
  return exporters.find(({ place }) => place === (control.inside ?? control.lastEntered));
}

captureOutput(mask, (stream, line) => {
  const exporter = exporters.length === 1 ? exporters[0]?.place : (control.inside ?? control.loadingExporter);
  report({ kind: "print", exporter, stream, line });
});

class ThreadAccount extends LedgerAccount {
  readonly #place: number;

  constructor(place: number) {
    super(ledger, place, mask, (message) => report({ kind: "warning", message }));
    this.#place = place;
  }

  override take(eventCount: number): void {
    control.take(this.#place, eventCount);
  }

  override warn(message: string): void {
    this.sendError();
    super.warn(message);
  }

  /** The last error crosses now and then: an exporter that fails for each event must not flood the agent's thread. */
  sendError(): void {
    if (this.lastError !== undefined) report({ kind: "error", exporter: this.#place, error: this.lastError });
    this.lastError = undefined;
  }
}

const accounts = exporters.map(({ place }) => new ThreadAccount(place));
const scheduled = new Set<Lane>();
const lanes: Lanes = new Lanes(
  exporters.map((exporter, at) => ({
    name: exporter.module.name,
    captureContent: exporter.captureContent,
    account: accounts[at] as ThreadAccount,
    load: () => inTurn(exporter),
  })),
  { agent, secrets, limits, isolation: "worker", schedule },
);

function mask(text: string): string {
  return lanes.masker.mask(text);
}

/**
 * Each run of a lane is a turn of the loop of its own, and is followed by one that leaves it again: the microtasks that
 * its exporter leaves behind run between the two, and count as the exporter's.
 */
function schedule(lane: Lane, at: number): void {
  if (scheduled.has(lane)) return;
  scheduled.add(lane);
  setImmediate(() => {
    scheduled.delete(lane);
    control.enter(exporters[at]?.place ?? 0);
    lane.run();
  });
  setImmediate(() => control.leave());
}

let turn: Promise<void> = Promise.resolve();

/** One after the other, so that it is known whose module blocks the thread. */
async function inTurn({ place, module }: ThreadExporter): Promise<() => object> {
  const mine = turn;
  let pass = (): void => {};
  turn = new Promise((resolve) => {
    pass = resolve;
  });
  await mine;
  control.loading(place);
  const timer = setTimeout(pass, LOAD_TURN_MS);
  try {
    const ExporterClass = await loadExporterClass(module);
    return () => new ExporterClass();
  } finally {
    clearTimeout(timer);
    control.loaded(place);
    pass();
  }
}

const inbox: Order[] = [];
let isEnding = false;

/**
 * One order per turn of the loop: lanes hand over the events of one batch before the next one is read. An order that
 * fails holds no later one up.
 */
function perform(): void {
  const order = inbox.shift();
  if (order === undefined) return;
  try {
    if (order.kind === "batch") pushBatch(order);
    else if (order.kind === "secrets") lanes.setSecrets(order.secrets);
    else void carryOut(order);
  } catch (error) {
    tell(order, error);
  } finally {
    if (inbox.length > 0) setImmediate(perform);
  }
}

async function carryOut(order: Extract<Order, { id: number }>): Promise<void> {
  const timeoutMs = Math.max(0, Math.min(order.timeoutMs, order.endsAtUnixMs - nowUnixMs()));
  if (order.kind === "end") isEnding = true;
  try {
    await (order.kind === "end" ? lanes.end(timeoutMs) : lanes.flush(timeoutMs));
  } catch (error) {
    tell(order, error);
  }
  sendErrors();
  report({ kind: "done", id: order.id });
}

function pushBatch(batch: Batch): void {
  const events = read(batch);
  exporters.forEach(({ from }, at) => {
    const lane = isEnding ? lanes.revive(at) : lanes.at(at);
    const first = Math.max(0, from - batch.first);
    if (events === undefined) lane?.lose(Math.max(0, batch.eventCount - first), "failed");
    else for (const event of events.slice(first)) lane?.push(event);
  });
  control.received(batch.first + batch.eventCount, batch.totalBytes);
}

function read(batch: Batch): readonly HostEvent[] | undefined {
  try {
    return readBatch(batch, lanes.masker);
  } catch (error) {
    tell(batch, error);
    return undefined;
  }
}

/** A fault of ours. */
function tell({ kind }: Order, error: unknown): void {
  report({ kind: "warning", message: mask(`exporter host: an order (${kind}) failed: ${errorText(error)}`) });
}

function sendErrors(): void {
  for (const account of accounts) account.sendError();
}

port.on("message", (order: Order) => {
  if (inbox.push(order) === 1) setImmediate(perform);
});

setInterval(() => {
  control.beat();
  control.external(getHeapStatistics().external_memory);
  sendErrors();
}, TICK_MS);

// An error that left the thread would reach whoever watches the agent's workers, such as the agent's own Sentry.
process.on("uncaughtException", (error: unknown) => {
  const exporter = suspect();
  if (exporter !== undefined) lanes.at(exporters.indexOf(exporter))?.fault(error);
});

process.on("exit", () => {
  sendErrors();
  control.ended();
});

control.booted(taskNumber());
lanes.open();

/** The operating system's number of this thread, 0 where it does not say. */
function taskNumber(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1)) || 0;
  } catch {
    return 0;
  }
}
