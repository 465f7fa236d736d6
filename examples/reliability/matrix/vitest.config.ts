import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** `npm run reliability`. Takes minutes, most of them waiting, and its processes want processors. */
export default defineConfig({
  root: join(import.meta.dirname, ".."),
  ssr: { resolve: { conditions: ["@charm/source", "module", "node", "development|production"] } },
  test: {
    name: "reliability",
    include: ["matrix/**/*.test.ts", "test/**/*.test.ts"],
    maxWorkers: 1,
    maxConcurrency: 4,
    testTimeout: 120_000,
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: join(import.meta.dirname, "../../../coverage/vitest-reliability.json") }]]
      : ["verbose"],
  },
});
