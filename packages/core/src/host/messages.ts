import type { MessagePort } from "node:worker_threads";
import type { StartInfo } from "../exporter.ts";
import type { LastError } from "./account.ts";
import type { Batch } from "./batch.ts";
import type { ControlMemory } from "./control.ts";
import type { HostLimits } from "./limits.ts";
import type { ExporterModule } from "./link.ts";
import type { StreamName } from "./worker-output.ts";

/** What a host thread is told, in this order. */
export type Order =
  | Batch
  | { readonly kind: "secrets"; readonly secrets: ReadonlyMap<string, string> }
  | {
      /** `end`: no more events are to be expected. Answered with `done`. */
      readonly kind: "flush" | "end";
      readonly id: number;
      /** On the wall clock: a thread that boots late has less time. */
      readonly endsAtUnixMs: number;
      readonly timeoutMs: number;
    };

/** What a host thread tells. Texts are masked. */
export type Report =
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "warning"; readonly message: string }
  | { readonly kind: "error"; readonly exporter: number; readonly error: LastError }
  /** An exporter has printed a line; which one is not always known. */
  | {
      readonly kind: "print";
      readonly exporter: number | undefined;
      readonly stream: StreamName;
      readonly line: string;
    };

/** What a host thread is born with. */
export interface ThreadData {
  readonly agent: StartInfo["agent"];
  readonly exporters: readonly ThreadExporter[];
  readonly secrets: ReadonlyMap<string, string>;
  readonly limits: HostLimits;
  readonly ledger: SharedArrayBuffer;
  readonly control: ControlMemory;
  readonly port: MessagePort;
}

export interface ThreadExporter {
  /** Its place among all exporters: in the ledger, in the control memory, in reports. */
  readonly place: number;
  readonly module: ExporterModule;
  readonly captureContent: boolean;
  /** Events before this place have been handed over to it by an earlier thread. */
  readonly from: number;
}
