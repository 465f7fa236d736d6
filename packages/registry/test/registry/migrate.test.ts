import { describe, expect, it } from "vitest";
import { migrateManifest, validateManifest } from "../../src/index.ts";
import { fileOf, manifestOf, textFile } from "../support/manifests.ts";

const PYTHON = {
  id: "acme_cloud",
  name: "Acme Cloud",
  pypi_package: "charm_telemetry.acme_cloud",
  description: "Sends agent runs to Acme as traces.",
  author: "Acme Inc.",
  tags: ["tracing"],
  github_url: "https://github.com/acme/charm-telemetry-acme-cloud",
  docs_url: "https://docs.acme.example",
  version: "1.0.0",
  license: "MIT",
};

describe("migrating", () => {
  it("makes an entry of Python's registry one of ours, and says what it guessed and left out", () => {
    const { files, findings } = migrateManifest(textFile("acme-cloud.json", JSON.stringify(PYTHON)));
    expect(findings).toEqual([]);
    expect(files).toHaveLength(1);
    const [file] = files;
    expect(JSON.parse(file?.text ?? "")).toEqual({
      ...manifestOf("acme-cloud", { name: "Acme Cloud", tags: ["tracing"], description: PYTHON.description }),
    });
    expect(file?.notes).toEqual([
      'id "acme_cloud" is "acme-cloud" now: ids have no capitals and no underscores.',
      'npm_package is a guess from pypi_package: is "charm-telemetry-acme-cloud" the package on npm?',
      '"pypi_package" is left out: "charm_telemetry.acme_cloud"',
      '"docs_url" is left out: "https://docs.acme.example"',
    ]);
    expect(validateManifest({ path: file?.path ?? "", bytes: Buffer.from(file?.text ?? "") })).toEqual([]);
  });

  it("makes a file each of one file for all, however large", () => {
    const exporters = Array.from({ length: 100 }, (_, index) => ({ ...PYTHON, id: `acme-${index}` }));
    const { files, findings } = migrateManifest(
      textFile("registry.json", JSON.stringify({ version: "1.0", exporters: [...exporters, "?", {}] })),
    );
    expect(files.map(({ path }) => path)).toEqual(exporters.map(({ id }) => `registry/telemetry/manifests/${id}.json`));
    expect(findings.map(({ rule }) => rule)).toEqual(["missing-field", "missing-field"]);
  });

  it("never makes a path of an id that is one", () => {
    const exporters = [{ ...PYTHON, id: "../../evil" }];
    expect(migrateManifest(textFile("registry.json", JSON.stringify({ exporters }))).files).toEqual([]);
  });

  it("names today's schema, and leaves what is of today alone", () => {
    const { files } = migrateManifest(fileOf("acme", { $schema: "https://example.com/exporter.v0.json" }));
    expect(JSON.parse(files[0]?.text ?? "")).toHaveProperty(
      "$schema",
      "https://charmaios.github.io/charm-telemetry-js/schemas/exporter.v1.json",
    );
    const [again] = migrateManifest({
      path: "registry/telemetry/manifests/acme.json",
      bytes: Buffer.from(files[0]?.text ?? ""),
    }).files;
    expect(again).toEqual({ ...files[0], notes: [] });
  });
});
