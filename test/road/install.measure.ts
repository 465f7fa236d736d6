import { lstatSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { ROOT } from "../support/repository.ts";
import { does, edit, emptyFolder, write } from "./support/person.ts";

const GUIDE = join(ROOT, "docs/agent-guide.md");
const ROUNDS = 5;
const CORE = "@charm/telemetry-core";
const EXPORTERS = ["datadog", "langsmith", "sentry"].map((name) => `@charm/telemetry-${name}`);

interface Subject {
  readonly title: string;
  readonly folder: string;
  readonly seconds: number[];
}

it("what each package adds to a cold start goes into the guide", async () => {
  const none = await subject("", []);
  const core = await subject("core", [CORE]);
  const exporters = await Promise.all(
    EXPORTERS.map((name) => subject(name.replace("@charm/telemetry-", ""), [CORE, name])),
  );
  // Each once, then each again: a slow minute slows all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const each of [none, core, ...exporters]) {
      rmSync(join(each.folder, "node_modules"), { recursive: true, force: true });
      const start = performance.now();
      await does(each.folder, "npm ci --quiet");
      each.seconds.push((performance.now() - start) / 1000);
    }
  }

  const rows = [
    ["an agent without", `${seconds(middle(none.seconds))} in all`, "", ""],
    row(`\`${CORE}\``, core, none),
    ...exporters.map((each) => row(`and \`${each.title}\``, each, core)),
  ];
  const table = [["", "`npm ci` takes longer by", "size", "packages"], ["-", "-", "-", "-"], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  const how = `Medians of ${ROUNDS} installs on ${cpus().length} cores, Node ${process.versions.node}.`;
  edit(GUIDE, (text) =>
    text.replace(/(<!-- cold start: .*-->\n)[\s\S]*(<!-- end of cold start -->)/, `$1\n${table}\n\n${how}\n\n$2`),
  );
  console.log(`${table}\n\n${how}`);
  expect(rows).toHaveLength(5);
});

async function subject(title: string, packages: readonly string[]): Promise<Subject> {
  const { versions } = inject("road");
  const folder = emptyFolder("agent");
  const dependencies = Object.fromEntries(packages.map((name) => [name, versions[name]]));
  write(folder, { "package.json": JSON.stringify({ name: "agent", version: "1.0.0", private: true, dependencies }) });
  await does(folder, "npm install");
  return { title, folder, seconds: [] };
}

function row(title: string, subjectOfRow: Subject, base: Subject): string[] {
  const added = subjectOfRow.seconds.map((each, round) => each - (base.seconds[round] ?? 0));
  const bytes = bytesOf(join(subjectOfRow.folder, "node_modules")) - bytesOf(join(base.folder, "node_modules"));
  const count = packagesOf(subjectOfRow) - packagesOf(base);
  return [title, seconds(middle(added)), `${(bytes / 1e6).toFixed(1)} MB`, String(count)];
}

function packagesOf({ folder }: Subject): number {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as { packages: object };
  return Object.keys(lock.packages).length - 1;
}

function bytesOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink()) return 0;
  return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0) : stat.size;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
