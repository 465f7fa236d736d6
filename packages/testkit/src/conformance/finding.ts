import type { ConformanceFinding } from "./case.ts";

/** A finding for people, in four lines. */
export function describeFinding({ case: id, expected, actual, read }: ConformanceFinding): string {
  return `${id}\n  expected: ${expected}\n  but:      ${actual}\n  read on:  ${read}`;
}
