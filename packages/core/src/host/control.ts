const HEARTBEAT = 0;
const INSIDE = 1;
const ENTERED = 2;
const LOADING = 3;
const ENDED = 4;
const TASK = 5;
const CELLS = 6;

const RECEIVED = 0;
const RECEIVED_BYTES = 1;
const EXTERNAL_BYTES = 2;
const TAKEN = 3;

const NONE = -1;

/** Memory that a host thread shares with the agent's thread. */
export interface ControlMemory {
  readonly cells: SharedArrayBuffer;
  readonly figures: SharedArrayBuffer;
  /** Rung by every host thread when it has sent a report. */
  readonly bell: SharedArrayBuffer;
}

/**
 * What a host thread shows of itself, so that it can be judged when it no longer answers: signs of life, whose code
 * it runs, and how far it has come. Written by the host thread alone.
 */
export class Control {
  readonly memory: ControlMemory;
  readonly #cells: Int32Array;
  readonly #figures: Float64Array;
  readonly #bell: Int32Array;

  constructor(memory: ControlMemory) {
    this.memory = memory;
    this.#cells = new Int32Array(memory.cells);
    this.#figures = new Float64Array(memory.figures);
    this.#bell = new Int32Array(memory.bell);
  }

  /** @param taken per exporter, how many events have been handed over to it before this thread. */
  static create(bell: SharedArrayBuffer, taken: readonly number[], received: number, receivedBytes: number): Control {
    const control = new Control({
      cells: new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT),
      figures: new SharedArrayBuffer((TAKEN + taken.length) * Float64Array.BYTES_PER_ELEMENT),
      bell,
    });
    for (const cell of [INSIDE, ENTERED, LOADING]) control.#store(cell, NONE);
    control.received(received, receivedBytes);
    control.#figures.set(taken, TAKEN);
    return control;
  }

  beat(): void {
    Atomics.add(this.#cells, HEARTBEAT, 1);
  }

  /** Exporter `exporter`'s code runs from here until `leave`. */
  enter(exporter: number): void {
    this.#store(INSIDE, exporter);
    this.#store(ENTERED, exporter);
    this.beat();
  }

  leave(): void {
    this.#store(INSIDE, NONE);
  }

  loading(exporter: number): void {
    this.#store(LOADING, exporter);
    this.beat();
  }

  loaded(exporter: number): void {
    Atomics.compareExchange(this.#cells, LOADING, exporter, NONE);
  }

  /** The thread is about to end by itself. */
  ended(): void {
    this.#store(ENDED, 1);
    this.ring();
  }

  /** @param task the operating system's number of the thread. */
  booted(task: number): void {
    this.#store(TASK, task);
    this.beat();
  }

  /** All events before `events` have been read. */
  received(events: number, bytes: number): void {
    this.#figures[RECEIVED] = events;
    this.#figures[RECEIVED_BYTES] = bytes;
  }

  take(exporter: number, eventCount: number): void {
    this.#figures[TAKEN + exporter] = this.takenBy(exporter) + eventCount;
  }

  external(bytes: number): void {
    this.#figures[EXTERNAL_BYTES] = bytes;
  }

  ring(): void {
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  get heartbeat(): number {
    return Atomics.load(this.#cells, HEARTBEAT);
  }

  /** Whose code runs, if any exporter's does. */
  get inside(): number | undefined {
    return this.#exporter(INSIDE);
  }

  get lastEntered(): number | undefined {
    return this.#exporter(ENTERED);
  }

  get loadingExporter(): number | undefined {
    return this.#exporter(LOADING);
  }

  get hasEnded(): boolean {
    return Atomics.load(this.#cells, ENDED) === 1;
  }

  /** 0 where it is not known. */
  get task(): number {
    return Atomics.load(this.#cells, TASK);
  }

  get receivedEvents(): number {
    return this.#figures[RECEIVED] ?? 0;
  }

  get receivedBytes(): number {
    return this.#figures[RECEIVED_BYTES] ?? 0;
  }

  get externalBytes(): number {
    return this.#figures[EXTERNAL_BYTES] ?? 0;
  }

  takenBy(exporter: number): number {
    return this.#figures[TAKEN + exporter] ?? 0;
  }

  #store(cell: number, value: number): void {
    Atomics.store(this.#cells, cell, value);
  }

  #exporter(cell: number): number | undefined {
    const exporter = Atomics.load(this.#cells, cell);
    return exporter === NONE ? undefined : exporter;
  }
}
