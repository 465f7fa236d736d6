import { join } from "node:path";
import { expect, it } from "vitest";
import { loadTemplate, newestVersion } from "../src/template.ts";

interface Recorded {
  readonly version: number;
  readonly files: Readonly<Record<string, readonly string[]>>;
  readonly javascript: Readonly<Record<string, readonly string[]>>;
}

const { readTemplate, recordedTemplates } = (await import(
  join(import.meta.dirname, "../scripts/record-template.mjs")
)) as { readTemplate: () => Omit<Recorded, "version">; recordedTemplates: () => Recorded[] };

it("the newest version is templates/telemetry-exporter as it is (else: npm run record-template)", () => {
  expect(recordedTemplates().at(-1)).toMatchObject({ ...readTemplate() });
});

it("every version that there ever was is kept", () => {
  const versions = recordedTemplates().map(({ version }) => version);
  expect(versions).toEqual(versions.map((_, index) => index + 1));
  expect(newestVersion()).toBe(versions.length);
  for (const version of versions) expect(loadTemplate(version)?.files.size).toBeGreaterThan(10);
  expect(loadTemplate(versions.length + 1)).toBeUndefined();
});
