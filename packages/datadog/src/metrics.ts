import { systemClock } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { MetricsWindow, WINDOW_SECONDS } from "./metrics-window.ts";
import type { DatadogOptions } from "./options.ts";
import type { SideStream } from "./side-stream.ts";

/** Metrics of what spans tell, handed over at the end of each window in which there were any. */
export class Metrics {
  readonly #window: MetricsWindow;
  readonly #stream: Pick<SideStream, "add">;
  #cancel: (() => void) | undefined;

  constructor({ tags, mlApp, host }: Pick<DatadogOptions, "tags" | "mlApp" | "host">, stream: Pick<SideStream, "add">) {
    this.#window = new MetricsWindow({ tags: [...tags, `agent:${mlApp}`], host });
    this.#stream = stream;
  }

  add(span: FinishedSpan): void {
    this.#window.add(span, Date.now());
    this.#cancel ??= systemClock.after(WINDOW_SECONDS * 1000, () => this.endWindow());
  }

  /**
   * Hands over what there is so far. Where metrics were handed over in this second already, it stays for a later call or
   * the window's own end: however often it is called, times do not run ahead of the clock.
   */
  flush(): void {
    if (this.#window.hasOwnSecond(Date.now())) this.endWindow();
  }

  /** Hands over what there is. */
  endWindow(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const series of this.#window.take(Date.now())) this.#stream.add(series);
  }
}
