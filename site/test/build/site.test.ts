import { createHash } from "node:crypto";
import { parseSecretKey, verifyIndex } from "@charm/telemetry-registry";
import { expect, it } from "vitest";
import type { Site } from "../../src/build/site.tsx";
import { FIRST_PARTY, factsOf, generated, indexOf } from "../support/entries.ts";
import { readJson } from "../../../test/support/repository.ts";
import { HOSTILE } from "../support/hostile.ts";
import { TEST_KEY } from "../support/keys.ts";
import { BASE, rendered } from "../support/site.ts";

const entries = [...FIRST_PARTY, ...generated(57)];
const facts = factsOf(entries);

function text(site: Site, path: string): string {
  const file = site.files.find((each) => each.path === path);
  if (file === undefined) throw new Error(`no file ${path}`);
  return Buffer.from(file.content).toString();
}

it("makes the same bytes of the same index", async () => {
  const [one, two] = [await rendered(entries, { facts }), await rendered(entries, { facts })];
  expect(two.files).toEqual(one.files);
  expect(new Set(one.files.map(({ path }) => path)).size).toBe(one.files.length);
});

it("has no script, style or handler inside of a page", async () => {
  const { files } = await rendered([...HOSTILE, ...entries], { facts });
  for (const { path, content } of files.filter((each) => each.path.endsWith(".html"))) {
    const page = content.toString();
    const markup = page.replaceAll(/"[^"]*"/g, "'…'");
    expect(`${path}: ${markup.match(/<script(?![^>]* src=)|<style|<[^>]+ (?:style|on\w+)=/)?.[0] ?? ""}`).toBe(
      `${path}: `,
    );
    expect(page).toContain('http-equiv="Content-Security-Policy"');
  }
});

it("leads only to pages and files that are there", async () => {
  const site = await rendered(entries, { facts, key: parseSecretKey(TEST_KEY) });
  const paths = new Set(site.files.map(({ path }) => path));
  for (const { path, content } of site.files.filter((each) => each.path.endsWith(".html")))
    for (const [, href = ""] of content.toString().matchAll(/(?:href|src|data-list)="([^"#?]+)/g)) {
      if (!href.startsWith("/")) continue;
      const target = href.slice(BASE.length);
      const file = target === "" || target.endsWith("/") ? `${target}index.html` : target;
      expect(`${path}: ${href} ${href.startsWith(BASE) && paths.has(file)}`).toBe(`${path}: ${href} true`);
    }
});

it.each(["exporter.v1.json", "index.v1.json"])(
  "publishes the schema %s where its $id says that it is",
  async (name) => {
    const site = await rendered(entries, { facts });
    const schema = text(site, `schemas/${name}`);
    expect((JSON.parse(schema) as { $id: string }).$id).toMatch(new RegExp(`^https://.*/schemas/${name}$`));
    expect(JSON.parse(schema)).toEqual(readJson(`registry/telemetry/schemas/${name}`));
  },
);

it("publishes the index byte for byte, with its checksum, time and commit", async () => {
  const index = indexOf(entries);
  const site = await rendered(entries, { facts });
  const sha256 = createHash("sha256").update(index).digest("hex");
  for (const version of ["v1", "latest"]) {
    expect(text(site, `api/${version}/registry.json`)).toBe(index.toString());
    expect(text(site, `api/${version}/registry.json.sha256`)).toBe(`${sha256}  registry.json\n`);
    expect(JSON.parse(text(site, `api/${version}/meta.json`))).toEqual({
      version: "1.0",
      generated_at: "2026-10-02T08:00:00.000Z",
      commit: "0123456789abcdef0123456789abcdef01234567",
      exporters: 60,
      size: index.length,
      sha256,
      signature: null,
      key_id: null,
    });
  }
  expect(text(site, "api/index.html")).toContain("not signed");
});

it("signs the index if it has a key, and says how to check that", async () => {
  const key = parseSecretKey(TEST_KEY);
  const site = await rendered(entries, { key });
  const signature = text(site, "api/v1/registry.json.minisig");
  expect(verifyIndex({ index: indexOf(entries), signature }, key)).toMatchObject({
    generatedAt: "2026-10-02T08:00:00.000Z",
  });
  expect(JSON.parse(text(site, "api/v1/meta.json"))).toMatchObject({
    signature: "registry.json.minisig",
    key_id: key.id,
  });
  expect(text(site, "api/index.html")).toContain("minisign -Vm registry.json -P RW");
});

it("says what is known about one exporter", async () => {
  const site = await rendered(entries, { facts });
  expect(JSON.parse(text(site, "api/v1/exporters/datadog.json"))).toMatchObject({
    id: "datadog",
    npm_package: "@charm/telemetry-datadog",
    verified: true,
    stale: false,
    first_listed: "2026-01-01",
  });
});

it("has a page for an index without an exporter", async () => {
  expect(text(await rendered([]), "index.html")).toContain("No exporter is listed yet.");
});
