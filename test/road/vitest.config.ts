import { join } from "node:path";
import { defineConfig } from "vitest/config";

const report = join(import.meta.dirname, "../../coverage/vitest-road.json");

export default defineConfig({
  root: import.meta.dirname,
  ssr: { resolve: { conditions: ["@charm/source", "module", "node", "development|production"] } },
  test: {
    name: "road",
    include: ["*.road.ts"],
    globalSetup: "global-setup.ts",
    // The steps of one person's way; installations of several people share the machine.
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: report }]] : ["verbose"],
  },
});
