import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import { render } from "../src/render.ts";
import { loadTemplate, newestVersion } from "../src/template.ts";
import type { Template } from "../src/template.ts";
import { ANSWERS, RANGES } from "./support/answers.ts";

interface Recorded {
  readonly version: number;
  readonly files: Readonly<Record<string, readonly string[]>>;
  readonly javascript: Readonly<Record<string, readonly string[]>>;
}

const { readTemplate, recordedTemplates } = (await import(
  join(import.meta.dirname, "../scripts/record-template.mjs")
)) as { readTemplate: () => Omit<Recorded, "version">; recordedTemplates: () => Recorded[] };

it(
  "the newest version is templates/telemetry-exporter as it is (else: npm run record-template)",
  { timeout: 180_000 },
  () => {
    expect(recordedTemplates().at(-1)).toMatchObject({ ...readTemplate() });
  },
);

it("every version that there ever was is kept", () => {
  const versions = recordedTemplates().map(({ version }) => version);
  expect(versions).toEqual(versions.map((_, index) => index + 1));
  expect(newestVersion()).toBe(versions.length);
  for (const version of versions) expect(loadTemplate(version)?.files.size).toBeGreaterThan(10);
  expect(loadTemplate(versions.length + 1)).toBeUndefined();
});

// Updates take what is rendered from an old version for what people were given then.
it.each([
  [1, "ts", "d41a3c1b66a19689822c29182e3636f5b2dfcd1d6345ba42748ebc7d7d30159c"],
  [1, "js", "788eb353801240621da2631bb72066fbbb320a0347770181115223ad223f3620"],
] as const)("version %i in %s makes what it has always made", (version, language, digest) => {
  const files = render(loadTemplate(version) as Template, { ...ANSWERS, language }, RANGES);
  const hash = createHash("sha256");
  for (const [path, text] of files) hash.update(`${path}\0${text}\0`);
  expect(hash.digest("hex")).toBe(digest);
});
