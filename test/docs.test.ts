import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const GUIDES = ["README.md", ...readdirSync(join(ROOT, "docs")).filter((file) => file.endsWith(".md")).map((file) => join("docs", file))];

interface Block {
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

/** The fenced blocks of a page, with what stands behind the fence. */
function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm)) {
    const indent = match[1] ?? "";
    blocks.push({
      info: (match[2] ?? "").trim(),
      text: (match[3] ?? "").replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      line: markdown.slice(0, match.index).split("\n").length,
    });
  }
  return blocks;
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** An empty project in which the repository's packages are installed. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "charm-guide-"));
  folders.push(folder);
  mkdirSync(join(folder, "node_modules/@charm"), { recursive: true });
  for (const name of readdirSync(join(ROOT, "packages"))) {
    const manifest = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as { name: string };
    symlinkSync(join(ROOT, "packages", name), join(folder, "node_modules", manifest.name));
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "guide", private: true, type: "module" }));
  return folder;
}

/** The environment of a reader: nothing of this test's. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:CHARM|DD|DATADOG|VITEST|NODE)_/.test(name)));
}

describe.each(GUIDES)("%s", (page) => {
  const blocks = blocksOf(readFileSync(join(ROOT, page), "utf8"));
  const isRun = (block: Block): boolean => block.info === "sh run";

  if (blocks.some(isRun)) it("has code blocks that do what the page says", () => {
    const folder = project();
    blocks.forEach((block, index) => {
      const title = /\btitle=(\S+)/.exec(block.info)?.[1];
      if (title !== undefined) {
        mkdirSync(dirname(join(folder, title)), { recursive: true });
        writeFileSync(join(folder, title), block.text);
      }
      if (!isRun(block)) return;
      const result = spawnSync("sh", ["-e", "-c", block.text], { cwd: folder, env: environment(), encoding: "utf8" });
      expect(result.status, `${page}:${block.line}\n${result.stderr}`).toBe(0);
      const next = blocks[index + 1];
      if (next?.info === "text output") expect(result.stdout, `${page}:${next.line}`).toBe(next.text);
    });
  });

  it("links to files that exist", () => {
    const markdown = readFileSync(join(ROOT, page), "utf8");
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
