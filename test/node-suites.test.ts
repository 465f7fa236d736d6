import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, readText, repositoryFiles } from "./support/repository.ts";

const { checkSuites, nodeSuites } = (await import(join(ROOT, "scripts/node-suites.mjs"))) as {
  nodeSuites: () => string[];
  checkSuites: (suites: string[]) => string[];
};

/** What a test imports or calls that starts a process or a thread; `execFileSync("mkfifo", …)` and the like do not count. */
const STARTS = /\bstartAgent\(|\brunAgent\(|\brunBoth\(|\bstartHost\(|\bspawn(?:Sync)?\(process\.execPath|new Worker\(/;

it("run every test of a package that starts Node on the other versions too", () => {
  const suites = nodeSuites();
  const starting = repositoryFiles().filter(
    (path) => /^packages\/[^/]+\/test\/.*\.test\.ts$/.test(path) && STARTS.test(readText(path)),
  );
  expect(starting.length).toBeGreaterThan(10);
  expect(starting.filter((path) => !suites.includes(path) && !suites.includes(dirname(path)))).toEqual([]);
});

it("refuse a name under which there is nothing", () => {
  expect(() => checkSuites(["packages/core/test/ends", "packages/core/test/threads", "packages/core/src"])).toThrow(
    "no tests in packages/core/test/threads, packages/core/src",
  );
});
