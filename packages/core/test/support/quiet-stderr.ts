import type * as fs from "node:fs";
import { vi } from "vitest";

const actual = await vi.importActual<typeof fs>("node:fs");

/** What was written to stderr by a test file that begins with `vi.mock("node:fs", quietStderr)`. */
export const warnings: string[] = [];

/** `node:fs` whose writes to stderr go to {@link warnings}: for tests that provoke warnings in their own process. */
export function quietStderr(): typeof fs {
  const isStderr = (fd: number): boolean => {
    const [one, two] = [actual.fstatSync(fd), actual.fstatSync(2)];
    return fd === 2 || (one.isFIFO() && one.ino === two.ino);
  };
  const writeSync = (fd: number, ...rest: [string]): number => {
    if (!isStderr(fd)) return actual.writeSync(fd, ...rest);
    warnings.push(rest[0]);
    return rest[0].length;
  };
  return { ...actual, writeSync: writeSync as typeof fs.writeSync };
}
