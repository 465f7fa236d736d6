import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../src/errors.ts";
import { REQUIRED_HOOKS } from "../../src/events.ts";
import { telemetryVersion } from "../../src/host/version.ts";
import { exporterSource, link } from "../support/packages.ts";
import { temporaryFolder, writeFiles } from "../support/temporary-folder.ts";

interface Answer {
  readonly name?: string;
  readonly isClass?: boolean;
  readonly code?: string;
  readonly message: string;
  readonly where?: string;
  readonly fix?: string;
}

/** In a process of its own: how Node reads CommonJS is the point. */
async function load(source: string, exportName = "Acme", file = "index.mjs", coreRange?: string): Promise<Answer> {
  const folder = temporaryFolder();
  writeFiles(folder, { [file]: source });
  const child = join(import.meta.dirname, "../support/load-exporter.mjs");
  const url = pathToFileURL(join(folder, file)).href;
  const { stdout } = await promisify(execFile)(process.execPath, [
    child,
    url,
    exportName,
    ...(coreRange === undefined ? [] : [coreRange]),
  ]);
  return JSON.parse(stdout) as Answer;
}

async function refusal(...parts: Parameters<typeof load>): Promise<string> {
  const answer = await load(...parts);
  expect(answer.where).toBe('charm-acme@1.2.3 (exporter "acme")');
  return `${answer.code}: ${formatProblem({ message: answer.message, fix: answer.fix })}`;
}

describe("exports", () => {
  it.each([
    ["a named one", `export ${exporterSource("Acme")}`, "Acme", "index.mjs"],
    ["the default", `export default ${exporterSource("Acme")}`, "default", "index.mjs"],
    ["a name of CommonJS", `${exporterSource("Acme")} exports.Acme = Acme;`, "Acme", "index.cjs"],
    [
      "a name that Node does not see",
      `${exporterSource("Acme")} Object.assign(exports, { Acme });`,
      "Acme",
      "index.cjs",
    ],
    ["module.exports itself", `${exporterSource("Acme")} module.exports = Acme;`, "default", "index.cjs"],
    [
      "the default of transpiled CommonJS",
      `${exporterSource("Acme")} Object.defineProperty(exports, "__esModule", { value: true }); exports.default = Acme;`,
      "default",
      "index.cjs",
    ],
    [
      "a class of functions",
      `function Acme() {} ${REQUIRED_HOOKS.map((hook) => `Acme.prototype.${hook} = function () {};`).join("")} exports.Acme = Acme;`,
      "Acme",
      "index.cjs",
    ],
  ])("may be %s", async (_, source, exportName, file) => {
    expect(await load(source, exportName, file)).toEqual({ name: "Acme", isClass: true });
  });

  it("inherit hooks", async () => {
    const source = `${exporterSource("Base")} export class Acme extends Base { onError() {} }`;
    expect((await load(source)).name).toBe("Acme");
  });

  it("that are absent are refused with what there is", async () => {
    const there = "export const one = 1; export const two = 2;";
    expect(await refusal(there)).toBe(
      'DISCOVERY: exports no "Acme"; it has: one, two. Name the class in its package.json: "charm": { "telemetry": { "acme": "./file.js#Class" } }.',
    );
    expect(await refusal(there, "default")).toContain("exports no default; it has: one, two.");
    expect(await refusal("", "default")).toContain("exports no default; it has: nothing.");
    expect(await refusal("exports.one = 1", "toString", "index.cjs")).toContain('exports no "toString"');
  });

  it.each([
    ["throws", "throw new Error('no licence\\nat all')", "could not be imported: no licence Install what it needs"],
    ["throws nothing", "throw undefined", "could not be imported: undefined"],
    ["does not parse", "exports {", "could not be imported: Unexpected token", "index.cjs"],
    ["lacks a dependency", "import 'charm-acme-is-not-there'", "could not be imported: Cannot find package"],
  ])("of a module that %s are refused", async (_, source, message, file = "index.mjs") => {
    expect(await refusal(source, "Acme", file)).toContain(`DISCOVERY: ${message}`);
  });
});

describe("the contract", () => {
  it("names all hooks that are missing", async () => {
    const hooks = REQUIRED_HOOKS.filter((hook) => hook !== "onError" && hook !== "onAgentAction");
    expect(await refusal(`export ${exporterSource("Acme", hooks)}`)).toBe(
      "CONTRACT: the class lacks onError, onAgentAction. Add them as methods, not as fields; a hook that is not needed has an empty body.",
    );
    expect(await refusal("export class Acme {}")).toContain(`the class lacks ${REQUIRED_HOOKS.join(", ")}.`);
  });

  it.each([
    ["an object", `${exporterSource("A")} export const Acme = new A();`, "object"],
    ["an arrow function", "export const Acme = () => {};", "function"],
    ["null", "export const Acme = null;", "null"],
    ["a string", "export const Acme = 'Acme';", "string"],
  ])("refuses %s", async (_, source, got) => {
    expect(await refusal(source)).toBe(
      `CONTRACT: the export Acme is no class (got ${got}). Export the class itself, not an instance.`,
    );
  });

  it("accepts a class without brand by its methods, and the brand of this version from any copy of core", async () => {
    const branded = (version: string): string =>
      `export ${exporterSource("Acme")} Object.defineProperty(Acme.prototype, Symbol.for("charm.telemetry.contract"), { value: ${version} });`;
    expect(await load(branded("1"))).toEqual({ name: "Acme", isClass: true });
    expect(await refusal(branded("2"))).toBe(
      "CONTRACT: is made for version 2 of the exporter contract; this @charm/telemetry-core has version 1. " +
        "Install a version of charm-acme@1.2.3 made for version 1, or a core with version 2.",
    );
    expect(await refusal(branded("2"), "Acme", "index.mjs", "^99.0.0")).toBe(
      `CONTRACT: is made for version 2 of the exporter contract and wants @charm/telemetry-core ^99.0.0; this is ${telemetryVersion()} with version 1. ` +
        "Install a version of charm-acme@1.2.3 made for version 1, or @charm/telemetry-core ^99.0.0.",
    );
    expect(await refusal(branded("2"), "Acme", "index.mjs", "*")).toMatch(
      /wants @charm\/telemetry-core \*; this is .* or a core with version 2\.$/,
    );
  });
});

// A fixture of this suite runs on the built output, as an agent does.
const PROGRAM = `
import { discoverExporters } from ${JSON.stringify(built("discovery.js"))};
import { findManifest, readManifest } from ${JSON.stringify(built("manifest/index.js"))};
import { loadExporterClass } from ${JSON.stringify(built("host/load-exporter.js"))};
const { exporters, problems } = discoverExporters(await readManifest(findManifest(process.cwd())));
const loaded = [];
for (const exporter of exporters) loaded.push(new (await loadExporterClass(exporter))().about());
console.log(JSON.stringify({ loaded, problems, globals: [typeof globalThis.seenByEsm, typeof globalThis.seenByOther] }));
`;

function built(path: string): string {
  return pathToFileURL(join(import.meta.dirname, "../../dist", path)).href;
}

it("loads an ES-module and a CommonJS exporter of the base class in a real agent, and imports nothing else", async () => {
  const folder = temporaryFolder();
  const hooks = REQUIRED_HOOKS.map((hook) => `${hook}() {}`).join(" ");
  const about = `about() { return [this.constructor.name, this.pending === Symbol.for("charm.telemetry.pending")]; }`;
  const other = 'globalThis.seenByOther = true; throw new Error("imported");';
  writeFiles(folder, {
    "charm.yaml": "runtime: {telemetry: [common, esm, transpiled, hidden]}",
    "package.json": { type: "module", dependencies: { esm: "*", common: "*", old: "*", other: "*" } },
    "node_modules/esm/package.json": { name: "esm", type: "module", charm: { telemetry: { esm: "./index.js#Esm" } } },
    "node_modules/esm/index.js": `
      import { BaseTelemetryExporter } from "@charm/telemetry-core";
      globalThis.seenByEsm = true;
      export class Esm extends BaseTelemetryExporter { ${hooks} ${about} }`,
    "node_modules/common/package.json": { name: "common", charm: { telemetry: { common: "./index.js" } } },
    "node_modules/common/index.js": `
      const { BaseTelemetryExporter } = require("@charm/telemetry-core");
      module.exports = class Common extends BaseTelemetryExporter { ${hooks} ${about} };`,
    "node_modules/old/package.json": {
      charm: { telemetry: { transpiled: "./transpiled.js", hidden: "./hidden.js#Hidden" } },
    },
    "node_modules/old/transpiled.js": `
      class Transpiled { ${hooks} ${about} }
      Object.defineProperty(exports, "__esModule", { value: true });
      exports.default = Transpiled;`,
    "node_modules/old/hidden.js": `
      class Hidden { ${hooks} ${about} }
      Object.assign(module.exports, { ["Hid" + "den"]: Hidden });`,
    "node_modules/other/package.json": { name: "other", charm: { telemetry: { other: "./index.js" } } },
    "node_modules/other/index.js": other,
    "agent.js": PROGRAM,
  });
  link(join(import.meta.dirname, "../.."), join(folder, "node_modules/@charm/telemetry-core"));
  const { stdout } = await promisify(execFile)(process.execPath, ["agent.js"], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({
    loaded: [
      ["Common", true],
      ["Esm", true],
      ["Transpiled", false],
      ["Hidden", false],
    ],
    problems: [],
    globals: ["boolean", "undefined"],
  });
});
