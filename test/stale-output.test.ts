import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ROOT } from "./support/repository.ts";

const { removeStaleOutput } = (await import(join(ROOT, "scripts/stale-output.mjs"))) as {
  removeStaleOutput: (folder: string) => void;
};

it("is removed before a package is packed: what was made of files that are gone, and nothing else", () => {
  const folder = mkdtempSync(join(tmpdir(), "charm-stale-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  removeStaleOutput(folder);
  const made = (stem: string): string[] => [".js", ".js.map", ".d.ts", ".d.ts.map"].map((end) => `dist/${stem}${end}`);
  const good = ["src/index.ts", "src/kit/queue.ts", "dist/.tsbuildinfo", "dist/data.json", "dist/bundle/core.js"];
  const kept = [...good, ...made("index"), ...made("kit/queue")];
  for (const file of [...kept, ...made("queue"), ...made("kit/gone")]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
  removeStaleOutput(folder);
  const left = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  expect(left.map((entry) => join(entry.parentPath, entry.name)).toSorted()).toEqual(
    kept.map((file) => join(folder, file)).toSorted(),
  );
});
