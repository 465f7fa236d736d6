// The command that everybody has, as this repository builds it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../repository.mjs";

const MAIN = join(root, "packages/cli/dist/main.js");
/** Clean, findings, undecided. */
const ANSWERS = [0, 1, 3];

/**
 * What `charm-telemetry registry …` finds in the repository that is in `folder`.
 *
 * @throws Error when it has not answered: wrong usage, or worse.
 */
export function findingsOf(args, folder = root) {
  const { status, stdout, error } = spawnSync(process.execPath, [MAIN, "registry", ...args, "--format", "json"], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 256 * 1024 * 1024,
  });
  if (!ANSWERS.includes(status)) throw error ?? new Error(`charm-telemetry registry ${args[0]} ended with ${status}`);
  return JSON.parse(stdout).findings;
}
