const BRAND = Symbol.for("charm.telemetry.error");

/** What can go wrong, for programs. */
export type TelemetryErrorCode =
  | "ABORTED"
  | "CONTRACT"
  | "DISCOVERY"
  | "EXPORT_REJECTED"
  | "EXPORT_TIMEOUT"
  | "EXPORT_TOO_LARGE"
  | "EXPORT_UNREACHABLE"
  | "HOST"
  | "INVALID_ARGUMENT"
  | "INVALID_OPTION"
  | "MANIFEST";

/**
 * The one error class of Charm telemetry: what happened (`message`), where (`where`), what to do (`fix`).
 *
 * Recognise it with `TelemetryError.is`: two installed copies of core defeat `instanceof`.
 */
export class TelemetryError extends Error {
  override readonly name = "TelemetryError";
  readonly code: TelemetryErrorCode;
  /** `file:line:col`, a package, a variable's name. */
  readonly where: string | undefined;
  readonly fix: string | undefined;

  constructor(
    code: TelemetryErrorCode,
    message: string,
    details: { where?: string; fix?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where;
    this.fix = details.fix;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static is(value: unknown): value is TelemetryError {
    try {
      return typeof value === "object" && value !== null && BRAND in value;
    } catch {
      return false; // a proxy that refuses to be looked at
    }
  }
}

/** The manager's own end for what was open. */
export function isAbort(error: Error): boolean {
  return TelemetryError.is(error) && error.code === "ABORTED";
}

/** `where  message fix` in one line, for people. */
export function formatProblem(problem: {
  message: string;
  where?: string | undefined;
  fix?: string | undefined;
}): string {
  return `${problem.where === undefined ? "" : `${problem.where}  `}${problem.message}${problem.fix === undefined ? "" : ` ${problem.fix}`}`;
}
