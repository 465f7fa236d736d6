/**
 * Stops calling an exporter that fails again and again, and lets one event through after a pause to see whether it has
 * recovered. Times are on `performance.now()`'s clock.
 */
export class CircuitBreaker {
  readonly #failuresToOpen: number;
  readonly #pauseMs: number;
  #failuresInARow = 0;
  #openUntil = 0;

  constructor(failuresToOpen: number, pauseMs: number) {
    this.#failuresToOpen = failuresToOpen;
    this.#pauseMs = pauseMs;
  }

  get isOpen(): boolean {
    return this.#failuresInARow >= this.#failuresToOpen;
  }

  lets(now: number): boolean {
    return !this.isOpen || now >= this.#openUntil;
  }

  succeeded(): void {
    this.#failuresInARow = 0;
  }

  failed(now: number): void {
    this.#failuresInARow++;
    if (this.isOpen) this.#openUntil = now + this.#pauseMs;
  }
}
