import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { browserPath } from "./site/test/support/browser-path.ts";

// Workspace imports resolve to src/*.ts. Suites that start processes or workers use the built output instead.
const conditions = ["@charm/source", "module", "node", "development|production"];

/** Every member with a `test/` is a project, named by its package.json. */
function projects(): { name: string; root: string }[] {
  const members = ["packages", "templates", "examples"].flatMap((parent) => {
    const folder = join(import.meta.dirname, parent);
    return existsSync(folder) ? readdirSync(folder).map((entry) => join(folder, entry)) : [];
  });
  return (
    [...members, join(import.meta.dirname, "site")]
      .filter((root) => existsSync(join(root, "test")) && existsSync(join(root, "package.json")))
      // What has settings of its own has a command of its own.
      .filter((root) => !existsSync(join(root, "vitest.config.ts")))
      .map((root) => ({
        root,
        name: (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { name: string }).name,
      }))
  );
}

const house = existsSync(join(import.meta.dirname, "test")) ? [{ name: "house", root: import.meta.dirname }] : [];

// All but the site's pages can be tested without a browser; CI has to have one.
const hasBrowser = Boolean(process.env["CI"]) || browserPath() !== undefined;
if (!hasBrowser) process.stderr.write("The tests in a browser are left out: install Chromium, or set CHROMIUM_PATH.\n");

// Runs on several versions of Node leave a report each.
const report = process.env["VITEST_REPORT"] ?? "coverage/vitest.json";

export default defineConfig({
  ssr: { resolve: { conditions } },
  test: {
    projects: [...projects(), ...house].map(({ name, root }) => ({
      extends: true as const,
      root,
      test: {
        name,
        include: ["test/**/*.test.ts"],
        exclude: [...configDefaults.exclude, ...(hasBrowser ? [] : ["test/browser/**"])],
        typecheck: { enabled: false },
      },
    })),
    // Most of the long ones wait, for processes and deadlines.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: report }]] : ["default"],
    coverage: { provider: "v8", include: ["packages/*/src/**/*.ts"], reporter: ["text-summary", "json-summary"] },
  },
});
