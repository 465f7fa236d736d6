import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { discoverExporters, installedExporters } from "../src/discovery.ts";
import { formatProblem } from "../src/errors.ts";
import { exporterSource, link, listing, writeExporter } from "./support/packages.ts";
import { temporaryFolder, writeFiles } from "./support/temporary-folder.ts";

const ACME = { acme: "./dist/index.js#Acme" };

/** An agent with the given dependencies, npm's flat layout. */
function agentWith(packages: Record<string, unknown>, group = "dependencies"): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    "package.json": { name: "agent", [group]: Object.fromEntries(Object.keys(packages).map((name) => [name, "*"])) },
  });
  for (const [name, telemetry] of Object.entries(packages))
    writeExporter(join(folder, "node_modules", name), name, telemetry);
  return folder;
}

function problemsOf(folder: string, ...names: string[]): string[] {
  return discoverExporters(listing(folder, ...names)).problems.map(formatProblem);
}

describe("layouts of node_modules", () => {
  it("finds exporters in npm's flat layout, in charm.yaml's order", () => {
    const folder = agentWith({
      "charm-acme": ACME,
      "@beta/charm": { beta: "./dist/index.js", gamma: "./dist/index.js#Acme" },
      "left-pad": undefined,
    });
    expect(discoverExporters(listing(folder, "gamma", "acme", "beta"))).toEqual({
      exporters: [
        { name: "gamma", exportName: "Acme", packageName: "@beta/charm@1.2.3", url: urlOf("@beta/charm") },
        { name: "acme", exportName: "Acme", packageName: "charm-acme@1.2.3", url: urlOf("charm-acme") },
        { name: "beta", exportName: "default", packageName: "@beta/charm@1.2.3", url: urlOf("@beta/charm") },
      ],
      problems: [],
    });

    function urlOf(name: string): string {
      return pathToFileURL(join(folder, "node_modules", name, "dist/index.js")).href;
    }
  });

  it("follows pnpm's links into its store", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "package.json": { dependencies: { "charm-acme": "1.2.3" } } });
    const stored = join(folder, "node_modules/.pnpm/charm-acme@1.2.3/node_modules/charm-acme");
    writeExporter(stored, "charm-acme", ACME);
    link(stored, join(folder, "node_modules/charm-acme"));
    const { exporters, problems } = discoverExporters(listing(folder, "acme"));
    expect(problems).toEqual([]);
    expect(exporters[0]?.url).toBe(pathToFileURL(join(stored, "dist/index.js")).href);
  });

  it("finds workspace packages that are linked at the root", () => {
    const folder = temporaryFolder();
    writeFiles(folder, {
      "package.json": { workspaces: ["packages/*"] },
      "packages/agent/package.json": { dependencies: { "charm-acme": "workspace:*" } },
    });
    writeExporter(join(folder, "packages/acme"), "charm-acme", ACME);
    link(join(folder, "packages/acme"), join(folder, "node_modules/charm-acme"));
    const { exporters, problems } = discoverExporters(listing(join(folder, "packages/agent"), "acme"));
    expect(problems).toEqual([]);
    expect(exporters[0]?.url).toBe(pathToFileURL(join(folder, "packages/acme/dist/index.js")).href);
  });

  it("takes the nearest of yarn's nested copies", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "packages/agent/package.json": { dependencies: { "charm-acme": "2" } } });
    writeExporter(join(folder, "node_modules/charm-acme"), "charm-acme", ACME);
    writeExporter(join(folder, "packages/agent/node_modules/charm-acme"), "charm-acme", ACME, { version: "2.0.0" });
    expect(discoverExporters(listing(join(folder, "packages/agent"), "acme")).exporters[0]?.packageName).toBe(
      "charm-acme@2.0.0",
    );
  });

  it("finds the agent's package from an agent folder that is itself a link", () => {
    const folder = agentWith({ "charm-acme": ACME });
    const elsewhere = join(temporaryFolder(), "agent");
    link(folder, elsewhere);
    expect(discoverExporters(listing(elsewhere, "acme")).exporters).toHaveLength(1);
  });

  it("reads packages whose exports hide their package.json", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "package.json": { dependencies: { "charm-acme": "*" } } });
    writeExporter(join(folder, "node_modules/charm-acme"), "charm-acme", ACME, { exports: { ".": "./dist/other.js" } });
    expect(discoverExporters(listing(folder, "acme")).exporters).toHaveLength(1);
  });

  it.each(["dependencies", "optionalDependencies", "devDependencies"])("looks into %s", (group) => {
    expect(discoverExporters(listing(agentWith({ "charm-acme": ACME }, group), "acme")).exporters).toHaveLength(1);
  });

  it("leaves packages alone that the agent does not depend on itself", () => {
    const folder = agentWith({});
    writeExporter(join(folder, "node_modules/charm-acme"), "charm-acme", ACME);
    expect(discoverExporters(listing(folder, "acme")).exporters).toEqual([]);
  });

  it("counts a package that two names stand for once", () => {
    const folder = agentWith({ "charm-acme": ACME });
    writeFiles(folder, { "package.json": { dependencies: { "charm-acme": "*" }, devDependencies: { alias: "*" } } });
    link(join(folder, "node_modules/charm-acme"), join(folder, "node_modules/alias"));
    expect(discoverExporters(listing(folder, "acme", "acme"))).toMatchObject({ exporters: [{}], problems: [] });
  });

  it("touches no file when nothing is listed", () => {
    expect(discoverExporters(listing("/there/is/no/such/folder"))).toEqual({ exporters: [], problems: [] });
  });
});

describe("names", () => {
  it("suggests the installed exporter that was meant, and lists all", () => {
    const folder = agentWith({ a: { datadog: "./dist/index.js" }, b: { sentry: "./dist/index.js" } });
    expect(problemsOf(folder, "datdog")).toEqual([
      'charm.yaml:14:7  unknown exporter "datdog". Did you mean "datadog"? Installed: datadog, sentry.',
    ]);
    expect(problemsOf(folder, "Datadog")).toEqual([
      'charm.yaml:14:7  unknown exporter "Datadog". Did you mean "datadog"? Installed: datadog, sentry.',
    ]);
  });

  it("says how to install an exporter of ours", () => {
    const folder = agentWith({});
    expect(problemsOf(folder, "langsmith", "datdog", "no-such-exporter")).toEqual([
      'charm.yaml:14:7  exporter "langsmith" is not installed. Run:  npm install @charm/telemetry-langsmith',
      'charm.yaml:15:7  unknown exporter "datdog". Did you mean "datadog" (npm install @charm/telemetry-datadog)? No exporter is installed.',
      'charm.yaml:16:7  unknown exporter "no-such-exporter". Add the package that provides it to the agent\'s dependencies. No exporter is installed.',
    ]);
  });

  it("says that a listed dependency is not in node_modules by what it cannot provide", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "package.json": { dependencies: { "@charm/telemetry-datadog": "*" } } });
    expect(problemsOf(folder, "datadog")).toEqual([
      'charm.yaml:14:7  exporter "datadog" is not installed. Run:  npm install @charm/telemetry-datadog',
    ]);
  });

  it("loads neither of two packages that provide one name, and names both", () => {
    const folder = agentWith({ "charm-acme": ACME, "other-acme": ACME, "charm-beta": { beta: "./dist/index.js" } });
    const { exporters, problems } = discoverExporters(listing(folder, "acme", "beta"));
    expect(problems.map(formatProblem)).toEqual([
      'charm.yaml:14:7  exporter "acme" is provided by two packages, charm-acme@1.2.3 and other-acme@1.2.3; neither is loaded. Remove one of the packages.',
    ]);
    expect(exporters.map((exporter) => exporter.name)).toEqual(["beta"]);
  });

  it.each(["__proto__", "constructor", "toString"])("treats %s as any other name", (name) => {
    const folder = agentWith({ "charm-acme": ACME });
    expect(problemsOf(folder, name)).toEqual([
      `charm.yaml:14:7  unknown exporter "${name}". Add the package that provides it to the agent's dependencies. Installed: acme.`,
    ]);
  });
});

describe("packages that are broken", () => {
  it.each([
    ["{", "package.json is not JSON. Mend it, or install the package again."],
    ["[]", "package.json does not hold a JSON object. Install the package again."],
    ['{"charm":{"telemetry":["acme"]}}', '"charm.telemetry" must be an object of names and modules.'],
  ])("are named (%s), and the others still work", (text, message) => {
    const folder = agentWith({ "charm-acme": ACME, broken: undefined });
    writeFileSync(join(folder, "node_modules/broken/package.json"), text);
    const { exporters, problems } = discoverExporters(listing(folder, "acme"));
    expect(exporters).toHaveLength(1);
    expect(problems.map(formatProblem)[0]).toContain(`node_modules/broken/package.json  ${message}`);
  });

  it("are the agent's own", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "package.json": "{ not json" });
    expect(problemsOf(folder, "acme")).toEqual([
      "package.json  package.json is not JSON. Mend it, or install the package again.",
    ]);
  });

  it.each([
    { dependencies: ["charm-acme"], devDependencies: "x", optionalDependencies: null },
    { dependencies: { "../../etc": "*", "/etc": "*", "a/../../b": "*", "": "*", ".": "*", "a\0b": "*" } },
    { dependencies: { "charm-acme": "*" }, charm: { telemetry: ACME } },
  ])("have odd dependencies: %j", (packageJson) => {
    const folder = temporaryFolder();
    writeFiles(folder, { "package.json": packageJson });
    expect(discoverExporters(listing(folder, "acme")).exporters).toEqual([]);
  });
});

describe("modules", () => {
  const acmeAt = (target: unknown): { folder: string; problems: () => string } => {
    const folder = agentWith({ "charm-acme": { acme: target } });
    return { folder, problems: () => problemsOf(folder, "acme").join("\n") };
  };

  it.each([
    ["../other/index.js", 'is not of the form "./dist/index.js#Class"'],
    ["dist/index.js", 'is not of the form "./dist/index.js#Class"'],
    ["/etc/passwd#Class", 'is not of the form "./dist/index.js#Class"'],
    ["file:///etc/passwd", 'is not of the form "./dist/index.js#Class"'],
    ["data:text/javascript,1", 'is not of the form "./dist/index.js#Class"'],
    ["node:fs#Stats", 'is not of the form "./dist/index.js#Class"'],
    ["./dist/index.js#", 'is not of the form "./dist/index.js#Class"'],
    ["./../other/index.js", "is outside of the package"],
    ["./dist/../../other/index.js#Class", "is outside of the package"],
    ["./", "is outside of the package"],
    ["./dist", "there is no such file"],
    ["./dist/gone.js#Class", "there is no such file; the package may not be built"],
    ["./dist/a\0b.js", "there is no such file"],
    [5, "declares no module for it, but 5"],
    [{ import: "./dist/index.js" }, 'declares no module for it, but {"import":"./dist/index.js"}'],
  ])("are refused at %j", (target, message) => {
    expect(acmeAt(target).problems()).toMatch(/^charm\.yaml:14:7 {2}charm-acme@1\.2\.3 declares /);
    expect(acmeAt(target).problems()).toContain(message);
  });

  it("are refused where a link leads outside of the package", () => {
    const { folder, problems } = acmeAt("./dist/link.js#Class");
    writeFiles(folder, { "outside.js": exporterSource("Class") });
    symlinkSync(join(folder, "outside.js"), join(folder, "node_modules/charm-acme/dist/link.js"));
    expect(problems()).toContain('declares "./dist/link.js#Class", which leads outside of the package.');
  });

  it("are refused where a linked folder leads outside of the package", () => {
    const { folder, problems } = acmeAt("./out/index.js");
    writeFiles(folder, { "outside/index.js": exporterSource("Class") });
    link(join(folder, "outside"), join(folder, "node_modules/charm-acme/out"));
    expect(problems()).toContain("which leads outside of the package.");
  });

  it("are accepted where a link stays inside", () => {
    const { folder } = acmeAt("./out/index.js");
    link(join(folder, "node_modules/charm-acme/dist"), join(folder, "node_modules/charm-acme/out"));
    expect(discoverExporters(listing(folder, "acme")).exporters[0]?.url).toMatch(/charm-acme\/dist\/index\.js$/);
  });

  it("survive a loop of links", () => {
    const { folder, problems } = acmeAt("./loop/index.js");
    mkdirSync(join(folder, "node_modules/charm-acme"), { recursive: true });
    link(join(folder, "node_modules/charm-acme/loop"), join(folder, "node_modules/charm-acme/loop"));
    expect(problems()).toContain("there is no such file");
  });

  it("may have names that a URL has to escape", () => {
    const folder = agentWith({ "charm-acme": { acme: "./dist/100% #1?.js#Acme" } });
    writeFiles(join(folder, "node_modules/charm-acme"), { "dist/100% #1?.js": exporterSource("Acme") });
    const [exporter] = discoverExporters(listing(folder, "acme")).exporters;
    expect(exporter?.url).toMatch(/\/dist\/100%25%20%231%3F\.js$/);
    expect(exporter?.exportName).toBe("Acme");
  });
});

describe("what is installed", () => {
  it("is every exporter that a dependency declares, by name, whatever charm.yaml lists", () => {
    const folder = agentWith({
      "charm-tides": { tides: "./nowhere.js#Tides" },
      "@beta/charm": { beta: "./dist/index.js", acme: "./dist/index.js#Acme" },
      "left-pad": undefined,
    });
    expect(installedExporters(folder)).toEqual([
      { name: "acme", packageName: "@beta/charm@1.2.3" },
      { name: "beta", packageName: "@beta/charm@1.2.3" },
      { name: "tides", packageName: "charm-tides@1.2.3" },
    ]);
  });

  it("is nothing where there is no package.json", () => {
    expect(installedExporters(temporaryFolder())).toEqual([]);
  });
});

describe("the versions of core that an exporter was made for", () => {
  const made = (range: unknown): string => {
    const folder = agentWith({ "charm-acme": ACME });
    const path = join(folder, "node_modules/charm-acme/package.json");
    const packageJson = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({ ...packageJson, peerDependencies: { "@charm/telemetry-core": range } }));
    return folder;
  };
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
    version: string;
  };

  it("are told when this is none of them, and the exporter is loaded all the same", () => {
    const folder = made("^99.1.0");
    expect(discoverExporters(listing(folder, "acme")).exporters).toMatchObject([{ coreRange: "^99.1.0" }]);
    expect(problemsOf(folder, "acme")).toEqual([
      `node_modules/charm-acme/package.json  charm-acme@1.2.3 wants @charm/telemetry-core ^99.1.0; this is ${version}. ` +
        `It is loaded all the same. Install a version of charm-acme that was made for @charm/telemetry-core ${version}.`,
    ]);
  });

  it.each([`^${version}`, "*", "latest", 7, { range: "^99.0.0" }])("are not told for %j", (range) => {
    expect(problemsOf(made(range), "acme")).toEqual([]);
  });

  it("are passed on only where people can read them", () => {
    for (const range of ["^1\n2", { range: "^1" }])
      expect(discoverExporters(listing(made(range), "acme")).exporters[0]).not.toHaveProperty("coreRange");
  });
});
