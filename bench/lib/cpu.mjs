import { readFileSync } from "node:fs";

/**
 * The CPU clock of the calling process's main thread: Node's own where it has one (not Node 20), else the kernel's, else
 * that of the whole process, which overstates whatever uses more threads.
 */
export const mainThreadClock =
  typeof process.threadCpuUsage === "function"
    ? { name: "process.threadCpuUsage", read: threadMilliseconds }
    : canReadSchedstat()
      ? { name: "/proc/self/schedstat", read: schedstatMilliseconds }
      : { name: "process.cpuUsage (all threads)", read: processCpuMs };

/** Milliseconds of CPU that all threads have used. */
export function processCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function threadMilliseconds() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Of the thread that leads the process: Node's main thread. */
function schedstatMilliseconds() {
  // The kernel brings its count up to date when it is asked for the process's; else it lags by up to a tick.
  process.cpuUsage();
  return Number.parseInt(readFileSync("/proc/self/schedstat", "latin1"), 10) / 1e6;
}

function canReadSchedstat() {
  try {
    return schedstatMilliseconds() > 0;
  } catch {
    return false;
  }
}

/** Starts three clocks; the function returned tells how far they have come, in milliseconds. */
export function startClocks() {
  const main = mainThreadClock.read();
  const all = processCpuMs();
  const wall = performance.now();
  return () => ({
    wallMs: performance.now() - wall,
    mainCpuMs: mainThreadClock.read() - main,
    processCpuMs: processCpuMs() - all,
  });
}
