import { TelemetryError } from "@charm/telemetry-core";

/**
 * What can go wrong between an exporter and its backend. The words are the same for every intake.
 *
 * | kind | on the wire | did the backend get the data? |
 * | --- | --- | --- |
 * | `refuse` | no connection: nobody listens | no |
 * | `hang` | the request is read, an answer never comes | no |
 * | `reset` | the connection breaks inside the request's body | no |
 * | `status` | that status | no |
 * | `slow` | everything works, slowly | yes |
 * | `lost-ack` | the connection breaks before the answer | yes |
 * | `half-answer` | the connection breaks inside the answer's body | yes |
 * | `wrong-content-type` | a good status with a page of HTML for a body | yes |
 */
export type Fault =
  | { readonly kind: "refuse" }
  | (Limited & { readonly kind: "hang" | "reset" | "lost-ack" | "half-answer" | "wrong-content-type" })
  | (Limited & {
      readonly kind: "slow";
      /** Before the answer. */
      readonly delayMs?: number;
      /** At which the request's body is read; the sockets' buffers hide the first part of it. */
      readonly bytesPerSecond?: number;
    })
  | (Limited & {
      readonly kind: "status";
      readonly status: number;
      /** The header: seconds, or a date. */
      readonly retryAfter?: number | string;
      readonly headers?: Readonly<Record<string, string>>;
      /** The answer's text: JSON that says that this was asked for, unless given. */
      readonly body?: string;
    });

interface Limited {
  /** Only the next so many requests; then all is well again. */
  readonly times?: number;
  /** Only requests to such paths. */
  readonly path?: RegExp;
}

export type FaultKind = Fault["kind"];
/** A fault that a single request can meet. */
export type RequestFault = Exclude<Fault, { kind: "refuse" }>;

const PLAIN_KINDS = ["refuse", "hang", "reset", "slow", "lost-ack", "half-answer", "wrong-content-type"] as const;

/**
 * Reads a fault as people write it on a command line: a kind, or a status (`503`, `429`). A 429 and a 503 ask to try
 * again after a second; `slow` takes 0.4 s to answer.
 *
 * @throws TelemetryError `INVALID_ARGUMENT` that names the accepted forms.
 */
export function parseFault(text: string): Fault {
  const status = Number(text);
  if (Number.isInteger(status) && status >= 400 && status <= 599) {
    return { kind: "status", status, ...(status === 429 || status === 503 ? { retryAfter: 1 } : {}) };
  }
  const kind = PLAIN_KINDS.find((known) => known === text);
  if (kind === "slow") return { kind, delayMs: 400 };
  if (kind !== undefined) return { kind };
  throw new TelemetryError("INVALID_ARGUMENT", `there is no fault "${text}".`, {
    fix: `Use one of ${PLAIN_KINDS.join(", ")}, or a status from 400 to 599.`,
  });
}

/** Which fault the next request meets. */
export class FaultSwitch {
  #fault: Fault | undefined;
  #left = Infinity;

  set(fault: Fault | undefined): void {
    this.#fault = fault;
    this.#left = fault !== undefined && fault.kind !== "refuse" ? (fault.times ?? Infinity) : Infinity;
  }

  /** For one request: uses up one of the fault's `times`. */
  take(path: string): RequestFault | undefined {
    if (this.#fault === undefined || this.#fault.kind === "refuse" || this.#left <= 0) return undefined;
    if (this.#fault.path?.test(path) === false) return undefined;
    this.#left--;
    return this.#fault;
  }
}
