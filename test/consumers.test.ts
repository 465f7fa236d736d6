import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { entryPoints, publishablePackages } from "./support/repository.ts";

/** Runs a program in a process whose working directory is a package, on what was built. */
function node(folder: string, kind: "commonjs" | "module", program: string): unknown {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) if (/^(?:CHARM|NODE|VITEST)_/.test(name)) delete environment[name];
  const output = execFileSync(process.execPath, [`--input-type=${kind}`, "--eval", program], {
    cwd: folder,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output);
}

const entries = publishablePackages().flatMap((each) => {
  const programs = Array.isArray(each.packageJson.sideEffects) ? each.packageJson.sideEffects : [];
  return entryPoints(each)
    .filter(({ built }) => !programs.includes(built))
    .map(({ subpath }) => ({ folder: each.folder, specifier: each.packageJson.name + subpath.slice(1) }));
});

interface State {
  readonly globals: string[];
  readonly listeners: string[];
  readonly resources: string[];
  readonly environment: string[];
}

/** A process before and after it imports something, and the standard streams that were opened by it. */
function importing(folder: string, specifier: string): { before: State; after: State; touched: string[] } {
  return node(
    folder,
    "module",
    `
    import { writeSync } from "node:fs";
    const state = () => ({
      globals: Reflect.ownKeys(globalThis).map(String).sort(),
      listeners: process.eventNames().map((name) => String(name) + ":" + process.listenerCount(name)).sort(),
      resources: process.getActiveResourcesInfo().sort(),
      environment: Object.keys(process.env).sort(),
    });
    const touched = [];
    for (const name of ["stdout", "stderr", "stdin"]) {
      const { get } = Object.getOwnPropertyDescriptor(process, name);
      const watched = () => (touched.push(name), get.call(process));
      Object.defineProperty(process, name, { configurable: true, get: watched });
    }
    const before = state();
    await import(${JSON.stringify(specifier)});
    await new Promise((resolve) => setImmediate(resolve));
    writeSync(1, JSON.stringify({ before, after: state(), touched }));`,
  ) as { before: State; after: State; touched: string[] };
}

describe.each(entries)("$specifier", ({ folder, specifier }) => {
  it("can be required from CommonJS, with the names that import gives", () => {
    const required = node(
      folder,
      "commonjs",
      `process.removeAllListeners("warning"); console.log(JSON.stringify(Object.keys(require(${JSON.stringify(specifier)})).sort()));`,
    );
    const imported = node(
      folder,
      "module",
      `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(specifier)})).sort()));`,
    );
    expect((required as string[]).filter((name) => name !== "__esModule" && name !== "module.exports")).toEqual(
      imported,
    );
  });

  it("leaves the listeners and the environment of the process that imports it alone", () => {
    const { before, after, touched } = importing(folder, specifier);
    expect(after.listeners).toEqual(before.listeners);
    expect(after.environment).toEqual(before.environment);
    expect(touched).not.toContain("stdout");
  });
});

// The others depend on undici or zod, which leave globals of their own and look at stderr's colours.
it.each(["@charm/telemetry-core", "@charm/telemetry-runner"])("%s leaves nothing at all behind", (specifier) => {
  const folder = entries.find((entry) => entry.specifier === specifier)?.folder ?? "";
  const { before, after, touched } = importing(folder, specifier);
  expect(after).toEqual(before);
  expect(touched).toEqual([]);
});

it("the main entry of core loads no dependency", () => {
  const core = entries.find((entry) => entry.specifier === "@charm/telemetry-core");
  const program = `
    import { Session } from "node:inspector";
    const session = new Session();
    const urls = [];
    session.connect();
    session.on("Debugger.scriptParsed", ({ params }) => urls.push(params.url));
    session.post("Debugger.enable");
    await import("@charm/telemetry-core");
    console.log(JSON.stringify(urls.filter((url) => url.startsWith("file:"))));`;
  const urls = node(core?.folder ?? "", "module", program) as string[];
  expect(urls.filter((url) => url.includes("/packages/core/dist/")).length).toBeGreaterThan(5);
  expect(urls.filter((url) => url.includes("/node_modules/"))).toEqual([]);
});
