import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { run } from "../../src/index.ts";

export { folderWith, link, manifestText, writeFiles } from "../../../testkit/test/support/agent-folder.ts";

const HOOKS = "onRunStart onRunEnd onError onToolStart onToolEnd onToolError onLlmNewToken onAgentAction".split(" ");

/** The source of an exporter without the hooks that are left out. */
export function exporterSource(className: string, ...leftOut: string[]): string {
  const hooks = HOOKS.filter((hook) => !leftOut.includes(hook)).map((hook) => `  ${hook}() {}\n`);
  return `export class ${className} {\n${hooks.join("")}}\n`;
}

/** The files of an installed exporter's package, for `folderWith`. */
export function installed(name: string, exporter: string, source: string = exporterSource("Exporter")): object {
  const folder = `node_modules/${name}`;
  const charm = { telemetry: { [exporter]: "./dist/index.js#Exporter" } };
  return {
    [`${folder}/package.json`]: { name, version: "1.2.3", type: "module", charm },
    [`${folder}/dist/index.js`]: source,
  };
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Carries out a command line in this process, seen through a pipe, or a terminal of so many columns. */
export async function charm(
  directory: string,
  args: readonly string[],
  { columns, environment = {} }: { columns?: number; environment?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") => ({
    isTTY: columns !== undefined,
    columns,
    write: (text: string) => (written[name] += text),
  });
  const code = await run(args, { directory, environment, stdout: sink("stdout"), stderr: sink("stderr") });
  return { code, ...written };
}

const BIN = join(import.meta.dirname, "../../dist/main.js");

/** The same in a process of its own, as it was built. */
export function charmProcess(
  directory: string,
  args: readonly string[],
  { nodeOptions = [], environment = {} }: { nodeOptions?: readonly string[]; environment?: NodeJS.ProcessEnv } = {},
): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, BIN, ...args], {
    cwd: directory,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { code: status ?? -1, stdout, stderr };
}

/** The same, still running, in a process group of its own. */
export function startCharm(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
    stdio: "ignore",
    detached: true,
  });
}
