/** A flush that waits for the events before it, or for the exporter. */
export interface FlushRequest {
  readonly signal: AbortSignal;
  /** Harmless when it is over already. */
  readonly finish: () => void;
}

interface Waiting extends FlushRequest {
  /** How many events come before it. */
  readonly target: number;
}

/** The flushes that an exporter has been asked for, in order. */
export class Flushes {
  #waiting: Waiting[] = [];
  readonly #open = new Set<FlushRequest>();

  /** Resolves when it was finished, or after `timeoutMs`. */
  ask(target: number, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const abort = new AbortController();
      const finish = (): void => {
        clearTimeout(timer);
        this.#open.delete(request);
        resolve();
      };
      const timer = setTimeout(() => {
        abort.abort(new Error("the time for flush is over"));
        finish();
      }, timeoutMs).unref();
      const request: Waiting = { target, signal: abort.signal, finish };
      this.#waiting.push(request);
      this.#open.add(request);
    });
  }

  /** The next one whose events, the first `settled` ones, have all been through their hooks. */
  next(settled: number): FlushRequest | undefined {
    while (this.#waiting.length > 0 && (this.#waiting[0]?.target ?? 0) <= settled) {
      const request = this.#waiting.shift();
      if (request !== undefined && this.#open.has(request)) return request;
    }
    return undefined;
  }

  finishAll(): void {
    for (const request of this.#open) request.finish();
  }
}
