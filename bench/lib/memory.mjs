import { readFileSync } from "node:fs";

/** The most memory that the calling process has held, in megabytes. */
export function peakMegabytes() {
  try {
    // `maxRSS` remembers the process that started this one.
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "latin1"));
    return kilobytes / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
