import { execFileSync } from "node:child_process";
import { folderWith } from "./project.ts";

export const MANIFESTS = "registry/telemetry/manifests";

export const ACME = {
  id: "acme",
  npm_package: "charm-telemetry-acme",
  name: "Acme",
  description: "Sends agent runs to Acme as traces.",
  author: "Acme Inc.",
  tags: ["tracing"],
  github_url: "https://github.com/acme/charm-telemetry-acme",
  version: "1.0.0",
  license: "MIT",
};

/** As `fmt` writes it. */
export function manifest(changes: Readonly<Record<string, unknown>> = {}): string {
  const text = JSON.stringify({ ...ACME, ...changes }, undefined, 2);
  return `${text.replace(/\[\s+"tracing"\s+\]/, '["tracing"]')}\n`;
}

export const TIDES: string = manifest({
  id: "tides",
  npm_package: "charm-telemetry-tides",
  name: "Tides",
  github_url: "https://github.com/acme/charm-telemetry-tides",
});

/** A repository with these manifests, by id. */
export function registryWith(manifests: Readonly<Record<string, string>>): string {
  const files = Object.entries(manifests).map(([id, text]) => [`${MANIFESTS}/${id}.json`, text]);
  return folderWith(Object.fromEntries(files));
}

export function commit(folder: string): void {
  const git = (...args: string[]): unknown =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message=x");
}

/** What reports of findings end with. */
export const RULES = "the rules: https://github.com/CharmAIOS/charm-telemetry-js/blob/main/docs/registry-rules.md\n";
