import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, inject } from "vitest";
import { ROOT } from "../../support/repository.ts";
import { command, succeed } from "./command.ts";
import type { Ended, Environment } from "./command.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })));

/** An empty folder of somebody's. */
export function emptyFolder(name: string): string {
  const parent = mkdtempSync(join(tmpdir(), "charm-road-"));
  folders.push(parent);
  mkdirSync(join(parent, name));
  return join(parent, name);
}

/** What a person has who knows our registry: a home, with the settings and caches of package managers. */
export function personEnvironment(): Environment {
  const { home } = inject("road");
  return {
    HOME: home,
    NPM_CONFIG_USERCONFIG: join(home, ".npmrc"),
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_DATA_HOME: join(home, ".local/share"),
    XDG_CONFIG_HOME: join(home, ".config"),
  };
}

/** What a person types. */
export function type(cwd: string, line: string, environment: Environment = {}): Promise<Ended> {
  const [file = "", ...args] = line.split(" ");
  return command(cwd, file, args, { ...personEnvironment(), ...environment });
}

/** What a person types, and expects to work. */
export function does(cwd: string, line: string, environment: Environment = {}): Promise<Ended> {
  return succeed(type(cwd, line, environment)).catch((error: unknown) => {
    throw new Error(`${line}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${path} was not changed`);
  writeFileSync(path, after);
}

/** The end of an agent waits for delivery as long as a busy machine needs to start the thread of the exporters. */
export const PATIENT: Environment = { CHARM_TELEMETRY_SHUTDOWN_MS: "60000" };

/** The example agent, which replays a recorded conversation, in a folder of its own; its exporters are not installed. */
export function recordedAgent(exporter: string, dependencies: Readonly<Record<string, string>>): string {
  const folder = emptyFolder("agent");
  for (const file of ["agent.js", "input.js", "replay.js", "charm.yaml", "recordings/airline.json"])
    cpSync(join(ROOT, "examples/airline-agent", file), join(folder, file));
  const packageJson = {
    name: "airline-agent",
    version: "1.0.0",
    private: true,
    type: "module",
    scripts: { start: "node agent.js" },
    dependencies,
  };
  write(folder, { "package.json": JSON.stringify(packageJson, undefined, 2) });
  edit(join(folder, "charm.yaml"), (text) => text.replace(/telemetry: \[.*\]/, `telemetry: [${exporter}]`));
  return folder;
}
