import { describe, expect, it } from "vitest";
import { addManifest } from "../../src/index.ts";
import { fileOf } from "../support/manifests.ts";

const PACKAGE = {
  name: "charm-telemetry-acme-cloud",
  version: "1.2.3",
  description: "Sends the runs of a Charm agent to Acme.",
  author: "Ann Author <ann@example.com> (https://example.com)",
  keywords: ["charm-telemetry", "Tracing", "not a tag", "acme"],
  repository: { type: "git", url: "git+ssh://git@github.com/acme/charm-telemetry-acme-cloud.git" },
  license: "MIT",
  charm: { telemetry: { "acme-cloud": "./dist/index.js#AcmeExporter" } },
};

describe("adding a package", () => {
  it("makes a manifest of what package.json says", () => {
    const { path, text, findings } = addManifest(PACKAGE);
    expect(findings).toEqual([]);
    expect(path).toBe("registry/telemetry/manifests/acme-cloud.json");
    expect(text).toBe(`{
  "id": "acme-cloud",
  "npm_package": "charm-telemetry-acme-cloud",
  "name": "Acme Cloud",
  "description": "Sends the runs of a Charm agent to Acme.",
  "author": "Ann Author",
  "tags": ["acme", "tracing"],
  "github_url": "https://github.com/acme/charm-telemetry-acme-cloud",
  "version": "1.2.3",
  "license": "MIT"
}
`);
  });

  it("brings a manifest up to date, and keeps what people wrote", () => {
    const existing = fileOf("acme-cloud", { name: "Acme!", tags: ["logs"], status: { state: "active" } });
    const { text, findings } = addManifest(PACKAGE, { existing });
    expect(findings).toEqual([]);
    expect(JSON.parse(text ?? "")).toMatchObject({
      name: "Acme!",
      tags: ["logs"],
      version: "1.2.3",
      status: { state: "active" },
    });
  });

  it("asks which of several exporters is meant", () => {
    const several = { ...PACKAGE, charm: { telemetry: { one: "./one.js", two: "./two.js" } } };
    expect(addManifest(several).findings).toMatchObject([{ rule: "entry-point-id", fix: "say which: --id" }]);
    expect(addManifest(several, { id: "two", name: "Two" })).toMatchObject({
      path: "registry/telemetry/manifests/two.json",
      findings: [],
    });
    expect(addManifest({}).findings).toMatchObject([
      { rule: "entry-point-id", message: "the package declares no exporter" },
    ]);
  });

  it("says what package.json does not, and takes nothing that is of another type", () => {
    const { findings } = addManifest({
      name: 1,
      author: [],
      keywords: "x",
      repository: 5,
      charm: { telemetry: { acme: 1 } },
    });
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(["missing-field"]));
  });

  it("knows the author that npm has taken apart, and a repository that is only a name", () => {
    const { text } = addManifest({ ...PACKAGE, author: { name: "Acme Inc." }, repository: "acme/exporter" });
    expect(JSON.parse(text ?? "")).toMatchObject({
      author: "Acme Inc.",
      github_url: "https://github.com/acme/exporter",
    });
  });
});
