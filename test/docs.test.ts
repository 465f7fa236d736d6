import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { blocksOf, titleOf } from "./support/guide.ts";
import type { Block } from "./support/guide.ts";
import { ROOT, publishablePackages, repositoryFiles } from "./support/repository.ts";

/** What people read: the guides, and the README of everything. */
const PAGES = repositoryFiles().filter((path) =>
  /^(?:README\.md|docs\/[^/]+\.md|(?:site|(?:packages|templates|examples)\/[^/]+)\/README\.md)$/.test(path),
);

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** An empty project in which the repository's packages and their commands are installed. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "charm-guide-"));
  folders.push(folder);
  mkdirSync(join(folder, "node_modules/@charm"), { recursive: true });
  mkdirSync(join(folder, "node_modules/.bin"));
  const dependencies: Record<string, string> = {};
  for (const { folder: installed, packageJson } of publishablePackages()) {
    symlinkSync(installed, join(folder, "node_modules", packageJson.name));
    dependencies[packageJson.name] = "*";
    for (const [name, path] of Object.entries((packageJson["bin"] ?? {}) as Record<string, string>)) {
      const command = `#!/bin/sh\nexec node ${JSON.stringify(join(installed, path))} "$@"\n`;
      writeFileSync(join(folder, "node_modules/.bin", name), command, { mode: 0o755 });
    }
  }
  const manifest = { name: "guide", private: true, type: "module", dependencies };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}

/** The environment of a reader: nothing of this test's. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:CHARM|DD|DATADOG|VITEST|NODE)_|^npm_config_user_agent$/.test(name),
    ),
  );
}

/** A command of a page, with what the page says it prints. */
interface Command {
  readonly block: Block;
  readonly output: string | undefined;
}

/** Writes the page's files and runs its commands, in their order; returns how each ended. */
function follow(
  blocks: readonly Block[],
): { command: Command; status: number | null; stdout: string; stderr: string }[] {
  const folder = project();
  return blocks.flatMap((block, index) => {
    const title = titleOf(block);
    if (title !== undefined) {
      mkdirSync(dirname(join(folder, title)), { recursive: true });
      writeFileSync(join(folder, title), block.text);
    }
    if (block.info !== "sh run") return [];
    const next = blocks[index + 1];
    const command = { block, output: next?.info === "text output" ? next.text : undefined };
    const { status, stdout, stderr } = spawnSync("sh", ["-e", "-c", block.text], {
      cwd: folder,
      env: environment(),
      encoding: "utf8",
    });
    return [{ command, status, stdout, stderr }];
  });
}

const pages = PAGES.map((page) => ({ page, markdown: readFileSync(join(ROOT, page), "utf8") }));

describe("code blocks", () => {
  const guides = pages.filter(({ markdown }) => blocksOf(markdown).some(({ info }) => info === "sh run"));

  it.each(guides)(
    "of $page do what the page says",
    ({ page, markdown }) => {
      for (const { command, status, stdout, stderr } of follow(blocksOf(markdown))) {
        expect({ status, stderr: status === 0 ? "" : stderr }, `${page}:${command.block.line}`).toEqual({
          status: 0,
          stderr: "",
        });
        expect(stdout, `${page}:${command.block.line}`).toBe(command.output ?? stdout);
      }
    },
    120_000,
  );

  it("are run in both guides, and where people begin", () => {
    expect(guides.map(({ page }) => page).toSorted()).toEqual([
      "README.md",
      "docs/agent-guide.md",
      "docs/cookbook.md",
      "docs/exporter-guide.md",
      "packages/cli/README.md",
      "packages/core/README.md",
      "packages/registry/README.md",
      "packages/testkit/README.md",
    ]);
  });

  it("of README.md load the exporter that they name", () => {
    const readme = pages.find(({ page }) => page === "README.md");
    const [ended] = follow(blocksOf(readme?.markdown ?? ""));
    expect(ended?.stderr).toContain("datadog: disabled, no API key. Set DD_API_KEY");
  });
});

describe("links", () => {
  it.each(pages)("of $page lead to files that exist", ({ page, markdown }) => {
    const broken = [...markdown.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
      .map((match) => match[1] ?? "")
      .filter((target) => !exists(join(ROOT, dirname(page), target)));
    expect(broken).toEqual([]);
  });
});

function exists(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOTDIR";
  }
}
