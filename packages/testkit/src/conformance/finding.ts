/** What one case has found. */
export interface ConformanceFinding {
  /** The case's id. */
  readonly case: string;
  readonly expected: string;
  readonly actual: string;
  /** Where to read on. */
  readonly read: string;
}

const DOCUMENTATION = "https://github.com/CharmAIOS/charm-telemetry-js/blob/main/docs/conformance.md";

export function documentationOf(caseId: string): string {
  return `${DOCUMENTATION}#${caseId}`;
}

/** A finding for people, in four lines. */
export function describeFinding({ case: id, expected, actual, read }: ConformanceFinding): string {
  return `${id}\n  expected: ${expected}\n  but:      ${actual}\n  read on:  ${read}`;
}
