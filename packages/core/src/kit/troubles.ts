import { TelemetryError } from "../errors.ts";
import type { TelemetryErrorCode } from "../errors.ts";
import { describeFailure, oneLine } from "./describe-failure.ts";
import type { PostResult } from "./http-post.ts";
import type { Reporter } from "./reporter.ts";
import type { Secret } from "./secret.ts";

export interface TroublesOptions {
  /** The backend's name. */
  readonly host: string;
  readonly credential: {
    readonly key: Secret;
    /** What to look at when the backend refuses it; a sentence. */
    readonly advice: string;
  };
  /** Masks secrets in what the backend answers. */
  readonly mask: (text: string) => string;
  readonly reporter: Reporter;
}

interface Trouble {
  /** People are told once of each. */
  readonly kind: string;
  readonly code: TelemetryErrorCode;
  /** After the backend's name. */
  readonly what: string;
  readonly fix?: string;
}

/** The backend has not answered in time. */
export class RequestTimeout extends Error {
  constructor(ms: number) {
    super(`nothing came for ${Math.round(ms / 100) / 10} s`);
  }
}

/** What is wrong with a backend, without secrets: people are told the first of each kind, `health()` has the last. */
export class Troubles {
  readonly #options: TroublesOptions;
  readonly #told = new Set<string>();

  constructor(options: TroublesOptions) {
    this.#options = options;
  }

  /** A try has failed that will be repeated: nothing to tell people yet. */
  note(result: PostResult): void {
    this.#keep(this.#failure(result));
  }

  /** The last try has failed. */
  failing(result: PostResult): void {
    this.#tell(this.#failure(result));
  }

  unanswered(): void {
    this.#tell({ kind: "deadline", code: "EXPORT_TIMEOUT", what: "had not answered when the process ended" });
  }

  tooLarge(): void {
    const what = "does not take an item as large as one that was sent";
    this.#tell({ kind: "too_large", code: "EXPORT_TOO_LARGE", what });
  }

  limited(text: string): void {
    const said = this.#safe(text);
    const what = `limits what it takes${said === "" ? "" : `: ${said}`}`;
    this.#tell({
      kind: "limited",
      code: "EXPORT_REJECTED",
      what,
      fix: "What it does not take is dropped until it takes more.",
    });
  }

  rejected(result: PostResult): void {
    this.#tell({ kind: "rejected", code: "EXPORT_REJECTED", what: `refuses what was sent: ${this.#said(result)}` });
  }

  denied(result: PostResult, coolDownMs: number): void {
    const { key, advice } = this.#options.credential;
    const seconds = Math.round(coolDownMs / 1000);
    this.#tell({
      kind: "denied",
      code: "EXPORT_REJECTED",
      what: `refuses the key in ${key.variable}: ${this.#said(result)}`,
      fix: `${advice} Until it is accepted, one request is tried every ${seconds} s and the rest is dropped.`,
    });
  }

  #failure(result: PostResult): Trouble {
    if (result.kind === "status")
      return { kind: `status ${result.status}`, code: "EXPORT_UNREACHABLE", what: `fails: ${this.#said(result)}` };
    if (result.error instanceof RequestTimeout)
      return { kind: "timeout", code: "EXPORT_TIMEOUT", what: `does not answer: ${result.error.message}` };
    return { kind: "network", code: "EXPORT_UNREACHABLE", what: `cannot be reached: ${this.#said(result)}` };
  }

  /** The status and what the backend said, or what the network did. */
  #said(result: PostResult): string {
    if (result.kind === "failure") return describeFailure(result.error);
    const text = this.#safe(result.text);
    return text === "" ? String(result.status) : `${result.status} ${text}`;
  }

  #safe(text: string): string {
    const { credential, mask } = this.#options;
    return oneLine(mask(credential.key.redact(text)));
  }

  #keep({ code, what, fix }: Trouble): TelemetryError {
    const { host, reporter } = this.#options;
    const error = new TelemetryError(code, `${host} ${what}.`, fix === undefined ? {} : { fix });
    reporter.fail(error);
    return error;
  }

  #tell(trouble: Trouble): void {
    const { message, fix } = this.#keep(trouble);
    if (this.#told.has(trouble.kind)) return;
    this.#told.add(trouble.kind);
    this.#options.reporter.warn(fix === undefined ? message : `${message} ${fix}`);
  }
}
