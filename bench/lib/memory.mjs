import { readFileSync } from "node:fs";

/** The most memory that the calling process has held, in megabytes. */
export function peakMegabytes() {
  // `maxRSS` remembers the process that started this one.
  return statusMegabytes("VmHWM") ?? process.resourceUsage().maxRSS / 1024;
}

/** What the calling process holds, all threads and everything outside their heaps included, in megabytes. */
export function residentMegabytes() {
  return statusMegabytes("VmRSS") ?? process.memoryUsage.rss() / 1024 / 1024;
}

function statusMegabytes(field) {
  try {
    const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync("/proc/self/status", "latin1"));
    return kilobytes / 1024;
  } catch {
    return undefined;
  }
}
