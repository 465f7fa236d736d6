import { constants, fstatSync, openSync, readFileSync } from "node:fs";

const STDOUT = 1;

/** How stdout is written to. */
export interface StdoutDescriptor {
  readonly fd: number;
  /** Whether Node writes `process.stdout` asynchronously, so that prints of the agent can wait in it. */
  readonly isStream: boolean;
  /** Whether somebody has touched `process.stdout` already, we included. */
  readonly isTouched: boolean;
}

/**
 * Finds a way to write to stdout that never blocks the thread where one exists.
 *
 * - Pipes and terminals: an open description of our own. The flags of fd 1 are shared with every process that writes
 *   to it, such as a shell, which does not expect a full pipe to refuse its text.
 * - Sockets, and pipes that this user may not open: fd 1, made non-blocking by touching `process.stdout`.
 * - Files and devices: fd 1. A second description would have an offset of its own and overwrite what is there.
 */
export function openStdout(): StdoutDescriptor {
  try {
    const stat = fstatSync(STDOUT);
    const isStream = stat.isFIFO() || stat.isSocket();
    if (!isStream && !isTerminal()) return { fd: STDOUT, isStream, isTouched: false };
    const own = stat.isSocket() ? undefined : openAgain();
    if (own !== undefined) return { fd: own, isStream, isTouched: isStream && isNonBlocking() };
    if (isStream) void process.stdout;
    return { fd: STDOUT, isStream, isTouched: isStream };
  } catch {
    return { fd: STDOUT, isStream: false, isTouched: false };
  }
}

/** Whether people look at it. What Node knows of terminals is loaded here: pipes have no use for it. */
export function isTerminal(): boolean {
  return process.getBuiltinModule("node:tty").isatty(STDOUT);
}

function openAgain(): number | undefined {
  try {
    return openSync(`/proc/self/fd/${STDOUT}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined; // no /proc, no reader any more, or a pipe that belongs to another user
  }
}

function isNonBlocking(): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${STDOUT}`, "utf8"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & constants.O_NONBLOCK) !== 0;
  } catch {
    return false;
  }
}
