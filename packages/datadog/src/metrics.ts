import { systemClock } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { MetricsWindow, WINDOW_SECONDS } from "./metrics-window.ts";
import type { DatadogOptions } from "./options.ts";
import type { SideStream } from "./side-stream.ts";

/** Metrics of what spans tell, handed over at the end of each window in which there were any. */
export class Metrics {
  readonly #window: MetricsWindow;
  readonly #stream: SideStream;
  #cancel: (() => void) | undefined;

  constructor({ tags, mlApp, host }: Pick<DatadogOptions, "tags" | "mlApp" | "host">, stream: SideStream) {
    this.#window = new MetricsWindow({ tags: [...tags, `agent:${mlApp}`], host });
    this.#stream = stream;
  }

  add(span: FinishedSpan): void {
    this.#window.add(span);
    this.#cancel ??= systemClock.after(WINDOW_SECONDS * 1000, () => this.endWindow());
  }

  /** Hands over what there is so far. */
  endWindow(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const series of this.#window.take(Date.now())) this.#stream.add(series);
  }
}
