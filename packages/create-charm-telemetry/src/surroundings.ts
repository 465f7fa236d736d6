import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What can be known without asking. */
export interface Surroundings {
  readonly author: string | undefined;
  /** At GitHub. */
  readonly account: string | undefined;
  /** Of the folder, if it has one already. */
  readonly repository: string | undefined;
  readonly year: number;
}

export function lookAround(directory: string): Surroundings {
  const remote = existsSync(directory) ? git(directory, "config", "--local", "remote.origin.url") : undefined;
  return {
    author: git(".", "config", "user.name"),
    account: git(".", "config", "github.user"),
    repository: remote === undefined ? undefined : addressOf(remote),
    year: new Date().getFullYear(),
  };
}

function git(directory: string, ...argv: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", ["-C", directory, ...argv], { encoding: "utf8" });
  return status === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
}

/** `git@github.com:acme/charm-telemetry-acme.git` as a browser has it. */
function addressOf(remote: string): string | undefined {
  const match = /github\.com[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(remote);
  return match === null ? undefined : `https://github.com/${match[1]}/${match[2]}`;
}
