import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { render } from "../src/render.ts";
import { loadTemplate } from "../src/template.ts";
import type { Template } from "../src/template.ts";
import { ANSWERS, RANGES } from "./support/answers.ts";

const template = loadTemplate() as Template;

function json(files: ReadonlyMap<string, string>, path: string): Record<string, unknown> {
  return JSON.parse(files.get(path) ?? "") as Record<string, unknown>;
}

describe.each(["ts", "js"] as const)("a scaffold in %s", (language) => {
  const files = render(template, { ...ANSWERS, language }, RANGES);

  it("says Acme nowhere", () => {
    for (const [path, text] of files) expect(`${path}\n${text}`).not.toMatch(/acme|workspace:/i);
  });

  it("is a package under its own name", () => {
    expect(json(files, "package.json")).toMatchObject({
      name: "charm-telemetry-tide-log",
      description: "Sends the runs of Charm agents to Tide Log.",
      keywords: expect.arrayContaining(["charm-telemetry", "tide-log"]),
      homepage: "https://github.com/harbour/charm-telemetry-tide-log#readme",
      bugs: "https://github.com/harbour/charm-telemetry-tide-log/issues",
      license: "MIT",
      author: "Ada Harbour",
      repository: { type: "git", url: "git+https://github.com/harbour/charm-telemetry-tide-log.git" },
      peerDependencies: { "@charm/telemetry-core": "0.x" },
      devDependencies: RANGES,
      publishConfig: { access: "public", provenance: true },
      charm: {
        telemetry: { "tide-log": `./${language === "ts" ? "dist" : "src"}/index.js#TideLogExporter` },
      },
    });
    expect(json(files, "package.json")).not.toHaveProperty("private");
  });

  it("reads its own variables", () => {
    expect(files.get(`src/options.${language}`)).toContain("environment.TIDE_LOG_ENDPOINT");
    expect(files.get(`src/index.${language}`)).toContain("TideLogExporter");
    expect(files.get("README.md")).toContain("`TIDE_LOG_API_KEY`");
    expect(files.get("README.md")).toContain("telemetry: [tide-log]");
  });

  it("has a licence, a file for git and the answers", () => {
    expect(files.get("LICENSE")).toContain("Copyright (c) 2026 Ada Harbour");
    expect(files.get(".gitignore")).toContain("node_modules/");
    expect(json(files, ".charm-telemetry.json")).toMatchObject({
      template: template.version,
      id: "tide-log",
      language,
    });
  });

  it("has no lifecycle script that runs when somebody installs it", () => {
    const { scripts } = json(files, "package.json") as { scripts: Record<string, string> };
    expect(Object.keys(scripts).filter((name) => /^(?:prepublish|prepare|(?:pre|post)?install)$/.test(name))).toEqual(
      [],
    );
  });

  it("aligns the tables of its README", () => {
    const tables = (files.get("README.md") ?? "").match(/(?:^ *\|.*\|\n)+/gm) ?? [];
    expect(tables.length).toBeGreaterThan(1);
    for (const table of tables)
      expect(
        new Set(
          table
            .trimEnd()
            .split("\n")
            .map((line) => line.length),
        ).size,
      ).toBe(1);
  });
});

describe("a scaffold in JavaScript", () => {
  const files = render(template, { ...ANSWERS, language: "js" }, RANGES);

  it("has nothing of TypeScript", () => {
    expect([...files.keys()].filter((path) => /tsconfig|\.ts$/.test(path))).toEqual([]);
    expect(files.get("package.json")).not.toMatch(/tsc|typescript|dist|types/);
    expect(files.get("README.md")).not.toMatch(/\.ts\b/);
    const code = [...files].filter(([path]) => path.endsWith(".js")).map(([, text]) => text);
    expect(code.join("\n")).not.toMatch(/\.ts"|import type|interface /);
  });
});

describe("a scaffold in TypeScript", () => {
  it("refers to nothing outside of it", () => {
    const files = render(template, ANSWERS, RANGES);
    for (const [path, text] of files) expect(`${path}\n${text}`).not.toContain("../../");
    expect(json(files, "tsconfig.json")).not.toHaveProperty("references");
  });
});

it("a name that would end a comment or a string is only text", () => {
  const name = 'Tide */ "Log" ${x} `y` $& acme';
  const files = render(template, { ...ANSWERS, name }, RANGES);
  expect(files.get("src/exporter.ts")).toContain('to Tide * / "Log" ${x} `y` $& acme. Configured');
  const code = [...files].filter(([path]) => path.endsWith(".ts")).flatMap(([, text]) => text.split("\n"));
  expect(code.filter((line) => line.includes("Tide * /") && !/^\s*(?:\/\/|\/?\*)/.test(line))).toEqual([]);
});

it("a folder of a repository is the package's folder", () => {
  const repository = "https://github.com/harbour/exporters/tree/main/packages/tide";
  expect(json(render(template, { ...ANSWERS, repository }, RANGES), "package.json")).toMatchObject({
    homepage: `${repository}#readme`,
    bugs: "https://github.com/harbour/exporters/issues",
    repository: { url: "git+https://github.com/harbour/exporters.git", directory: "packages/tide" },
  });
});

describe("the package manager", () => {
  const files = render(template, { ...ANSWERS, packageManager: { name: "pnpm", version: "9.1.0" } }, RANGES);

  it("is the one of the README", () => {
    const readme = files.get("README.md") ?? "";
    expect(readme).toContain("pnpm add @charm/telemetry-core charm-telemetry-tide-log");
    expect(readme).toMatch(/^pnpm install\npnpm test\npnpm run check /m);
    expect(readme).toContain("`pnpm dlx @charm/telemetry-cli@latest update`");
    expect(readme).toContain("`pnpm dlx @charm/telemetry-cli registry add charm-telemetry-tide-log`");
    expect(readme).not.toMatch(/\bnpm (?:install|test|run)\b|\bnpx\b/);
  });

  it("is the one of the workflows, which stay workflows", () => {
    for (const file of ["ci.yml", "release.yml"]) {
      const text = files.get(`.github/workflows/${file}`) ?? "";
      expect(text).toContain("- run: npx --yes pnpm@9.1.0 install --frozen-lockfile\n");
      expect(text).not.toMatch(/- run: npm (?:ci|run)/);
      expect(parse(text)).toHaveProperty("jobs");
    }
  });

  it("is written down", () => {
    expect(json(files, "package.json")).toHaveProperty("packageManager", "pnpm@9.1.0");
    expect(json(render(template, ANSWERS, RANGES), "package.json")).not.toHaveProperty("packageManager");
  });
});

describe("the licence", () => {
  const licenseOf = (license: string): string =>
    render(template, { ...ANSWERS, license, author: "A $& B" }, RANGES).get("LICENSE") ?? "";

  it.each([
    ["MIT", /^MIT License\n\nCopyright \(c\) 2026 A \$& B\n/],
    ["ISC", /^ISC License\n\nCopyright \(c\) 2026 A \$& B\n/],
    ["Apache-2.0", /^\s*Apache License\n\s+Version 2\.0/],
  ])("%s has its text", (license, text) => {
    expect(licenseOf(license)).toMatch(text);
  });

  it("of any other kind says where the text is", () => {
    expect(licenseOf("MIT OR BSD-3-Clause")).toBe(`SPDX-License-Identifier: MIT OR BSD-3-Clause

Copyright (c) 2026 A $& B

Put the full text in place of these lines before you publish:
https://spdx.org/licenses/MIT.html
https://spdx.org/licenses/BSD-3-Clause.html
`);
  });
});
