import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { parse } from "yaml";
import { packageTarball } from "../../packages/registry/test/package/make-tarball.ts";
import { PACKAGE_JSON, exporterFiles } from "../../packages/registry/test/package/strangers.ts";
import type { NpmRegistry } from "../support/npm-registry.ts";
import { ROOT, readJson, readText } from "../support/repository.ts";

export const MANIFESTS = "registry/telemetry/manifests";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Workflow {
  readonly jobs: Record<string, { readonly steps: { readonly name?: string; readonly run?: string }[] }>;
}

/** What the steps of a workflow run, by their names. */
export function commandsOf(workflow: string): ReadonlyMap<string, string> {
  const { jobs } = parse(readText(`.github/workflows/${workflow}`)) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  return new Map(steps.flatMap(({ name = "", run }) => (run === undefined ? [] : [[name, run]])));
}

/**
 * One step of a workflow, in a folder; what `npm run` would install and build anew is there already.
 *
 * @param adapt for what has another place in a test.
 */
export function runStep(
  workflow: string,
  step: string,
  cwd: string,
  environment: Environment = {},
  adapt: (command: string) => string = (command) => command,
): Promise<Ended> {
  const command = commandsOf(workflow).get(step);
  if (command === undefined) throw new Error(`${workflow} has no step "${step}"`);
  const task = command.replace(/^npm run ([\w:]+) --/, (_, name: string) => taskOf(name));
  return shell(adapt(task), cwd, environment);
}

/** The script of a task of package.json without its first part, the build. */
function taskOf(name: string): string {
  const { scripts } = readJson("package.json") as { scripts: Record<string, string> };
  const [build = "", ...rest] = scripts[`do:${name}`]?.split(" && ") ?? [];
  if (scripts[name] !== `node scripts/run.mjs ${name}` || !build.startsWith("node scripts/build.mjs"))
    throw new Error(`package.json has no task ${name} that begins with a build`);
  return rest.join(" && ");
}

function shell(command: string, cwd: string, environment: Environment): Promise<Ended> {
  const env = { ...plainEnvironment(), ...environment };
  return new Promise((resolve) => {
    execFile("sh", ["-c", command], { cwd, env, encoding: "utf8" }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Nothing of the npm, the CI or the terminal that run this test. */
function plainEnvironment(): Environment {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:npm_|GITHUB_|ACTIONS_|GH_|VITEST)/i.test(name)),
  );
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Until the last test of the file has ended. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

/** What the workflows check out: this repository's scripts, tools and committed registry, in a git repository. */
export function checkout(): string {
  const folder = temporaryFolder("charm-registry-");
  for (const path of ["scripts", "registry", "package.json"])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  for (const path of ["packages", "node_modules"]) symlinkSync(join(ROOT, path), join(folder, path));
  writeFiles(folder, { ".gitignore": "node_modules\npackages\npull-request\nreport.json\n" });
  git(folder, "init", "--quiet", "--initial-branch=main");
  commitAll(folder);
  return folder;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export function git(folder: string, ...args: string[]): string {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
}

export function commitAll(folder: string): void {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--allow-empty", "--message=x");
}

/** What a person would write for an exporter, as `registry fmt` writes it. */
export function manifestText(id: string, changes: Readonly<Record<string, unknown>> = {}): string {
  const manifest = {
    id,
    npm_package: `charm-telemetry-${id}`,
    name: `The ${id} exporter`,
    description: `Sends agent runs to ${id} as traces.`,
    author: "Acme Inc.",
    tags: ["tracing"],
    github_url: `https://github.com/acme/charm-telemetry-${id}`,
    version: "1.0.0",
    license: "MIT",
    ...changes,
  };
  return `${JSON.stringify(manifest, undefined, 2).replace(/\[\s+"tracing"\s+\]/, '["tracing"]')}\n`;
}

/** Publishes an exporter that is as it should be. */
export function publishExporter(registry: NpmRegistry, id: string, packageJson: object = {}): void {
  const files = exporterFiles(undefined, {
    name: `charm-telemetry-${id}`,
    repository: { type: "git", url: `git+https://github.com/acme/charm-telemetry-${id}.git` },
    charm: { telemetry: { [id]: "./index.js#AcmeExporter" } },
    ...packageJson,
  });
  registry.publish(JSON.parse(files["package.json"] ?? "") as typeof PACKAGE_JSON, packageTarball(files));
}
