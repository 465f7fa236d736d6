import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishablePackages } from "./support/repository.ts";

/** What every exporter of ours is made of, in the order in which a span passes through: who knows one knows all. */
const FILES = [
  "index.ts", // what the package exports
  "options.ts", // environment variables → options
  "exporter.ts", // connect, send, release: spans → encode → sender
  "encode.ts", // a span as the vendor takes it
  "error.ts", // what is said of a span that has failed
  "notation.ts", // how the vendor writes ids, times and values
  "sender.ts", // connections, and what became of what was sent
];

/** Each file is tested, with the conformance kit, against what the vendor's own SDK sends, and in a real agent's process. */
const TESTS = [
  ...FILES.filter((file) => file !== "index.ts").map((file) => file.replace(".ts", ".test.ts")),
  "conformance.test.ts",
  "official-sdk.test.ts",
  "process.test.ts",
];

const exporters = publishablePackages().filter(({ packageJson }) => "charm" in packageJson);

it("finds the exporters", () => {
  expect(exporters.map(({ path }) => path)).toEqual(["packages/datadog", "packages/langsmith", "packages/sentry"]);
});

describe.each(exporters.map(({ path, folder }) => [path, folder] as const))("%s", (_, folder) => {
  const sources = readdirSync(join(folder, "src"));
  const tests = readdirSync(join(folder, "test"));

  it("has the files that every exporter has", () => {
    expect(sources).toEqual(expect.arrayContaining(FILES));
    expect(tests).toEqual(expect.arrayContaining(TESTS));
  });

  it("is flat: what only this vendor has stands beside them, under a name of its own", () => {
    expect(sources.filter((file) => !/^[a-z]+(?:-[a-z]+)*\.ts$/.test(file))).toEqual([]);
  });
});
