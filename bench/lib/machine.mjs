import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, platform } from "node:os";
import { join } from "node:path";
import { mainThreadClock } from "./cpu.mjs";
import { BENCH_FOLDER } from "./paths.mjs";

/** What the numbers were measured on, and beside what. */
export function describeMachine(quick) {
  const { dependencies } = JSON.parse(readFileSync(join(BENCH_FOLDER, "package.json"), "utf8"));
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    platform: `${platform()} ${arch()}`,
    load: loadavg()[0].toFixed(1),
    clock: mainThreadClock.name,
    peers: dependencies,
    quick,
  };
}
