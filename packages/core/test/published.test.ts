import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { readManifest } from "../src/manifest.ts";
import { agentFolder } from "./ends/agent-folder.ts";
import { HURTING, MALFORMED, NESTED, anyText } from "./manifest/hostile-texts.ts";
import { readAll, startAgent } from "./support/agent-process.ts";
import { link } from "./support/packages.ts";
import { writeFiles } from "./support/temporary-folder.ts";

const CORE = fileURLToPath(new URL("..", import.meta.url));
const { exports: sources, publishConfig, name, version, files: published } = packageJson;

/** Core as people install it, made of today's source. */
let installed: string;

beforeAll(() => {
  installed = realpathSync(mkdtempSync(join(tmpdir(), "charm-published-")));
  const bundler = join(CORE, "node_modules/rolldown/bin/cli.mjs");
  execFileSync(process.execPath, [bundler, "--config", "--dir", join(installed, "dist/bundle")], { cwd: CORE });
  writeFiles(installed, {
    "package.json": { name, version, type: "module", exports: publishConfig.exports },
  });
  link(join(CORE, "node_modules/undici"), join(installed, "node_modules/undici"));
});

afterAll(() => rmSync(installed, { recursive: true, force: true }));

describe.each([".", "./kit", "./manifest", "./masking"] as const)("the entry %s", (subpath) => {
  it("has the names that the source has", async () => {
    const built: unknown = await import(pathToFileURL(join(installed, publishConfig.exports[subpath].default)).href);
    const source: unknown = await import(pathToFileURL(join(CORE, sources[subpath]["@charm/source"])).href);
    expect(Object.keys(built as object).toSorted()).toEqual(Object.keys(source as object).toSorted());
  });
});

it("is packed with the licence of yaml, whose code it has", () => {
  expect(published).toContain("dist/bundle");
  const licence = readFileSync(join(installed, "dist/bundle/yaml.LICENSE"), "utf8");
  expect(licence).toBe(readFileSync(join(CORE, "node_modules/yaml/LICENSE"), "utf8"));
});

describe("charm.yaml, by what yaml has for browsers", () => {
  let built: { readManifest: typeof readManifest };

  beforeAll(async () => {
    const entry = join(installed, publishConfig.exports["./manifest"].default);
    built = (await import(pathToFileURL(entry).href)) as typeof built;
  });

  function write(text: string): string {
    writeFiles(installed, { "charm.yaml": text });
    return join(installed, "charm.yaml");
  }

  const fixtures = join(import.meta.dirname, "fixtures/manifests");
  const contracts = readdirSync(fixtures).filter((file) => file.endsWith(".yaml"));

  it.each([
    ...contracts.map((file) => [file, readFileSync(join(fixtures, file), "utf8")] as const),
    ...MALFORMED.map(([what, text]) => [what, text] as const),
    ...Object.entries(HURTING),
  ])("takes %s as the source does", async (_, text) => {
    const path = write(text);
    expect(await built.readManifest(path)).toEqual(await readManifest(path));
  });

  it("takes any file as the source does", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const path = write(text);
        expect(await built.readManifest(path)).toEqual(await readManifest(path));
      }),
      { numRuns: 100 },
    );
  });

  it.each(Object.entries(NESTED))("refuses %s that are nested without end", async (_, text) => {
    const { contract } = await built.readManifest(write(text));
    expect(contract.length).toBeGreaterThan(0);
    expect(contract.length).toBeLessThan(30);
  });
});

// Writes the URL of every module that the agent's thread loads to stderr.
const hooks = `export async function load(url, context, next) {
  if (url.startsWith("file:")) process._rawDebug(url);
  return next(url, context);
}`;
const register = `import { register } from "node:module"; register(${JSON.stringify(asUrl(hooks))});`;

function asUrl(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** Runs an agent and says which files of core its thread has loaded. */
async function run(source: string, files: Record<string, string | object> = {}, nodeArgs: readonly string[] = []) {
  const path = agentFolder(`import { writeSync } from "node:fs";\n${source}`, { hasTelemetry: false, files });
  const place = join(dirname(path), "node_modules/@charm/telemetry-core");
  rmSync(place, { recursive: true });
  link(installed, place);
  const agent = startAgent(path, {
    stdout: "fifo",
    cwd: dirname(path),
    env: { CHARM_TELEMETRY_ISOLATION: "worker", CHARM_TELEMETRY_SHUTDOWN_MS: "20000" },
    nodeArgs: ["--import", asUrl(register), ...nodeArgs],
  });
  const [stdout, { code, stderr }, report] = await Promise.all([
    readAll(agent.stdout),
    agent.ended,
    agent.report<unknown>(),
  ]);
  const lines = stderr.trimEnd().split("\n");
  const urls = lines.filter((line) => line.startsWith("file:"));
  const said = lines.filter((line) => !line.startsWith("file:"));
  const loaded = urls.map((url) => relative(installed, fileURLToPath(url))).filter((file) => !file.startsWith(".."));
  return { code, stdout, said, report, loaded };
}

describe("an agent that has installed it", () => {
  it("loads two files where there is no charm.yaml", async () => {
    const { code, loaded, stdout, said } = await run(`
      import { TelemetryManager } from "@charm/telemetry-core";
      const manager = await TelemetryManager.load("/");
      manager.startRun().end("done");
      writeSync(3, "0\\n");
    `);
    expect({ code, said }).toEqual({ code: 0, said: [] });
    expect(stdout).toContain('"content":"done"');
    expect(loaded).toEqual(["dist/bundle/index.js", "dist/bundle/core.js"]);
  });

  it("loads five with an exporter, which gets all events in its own thread, by the same copy of core", async () => {
    const { code, loaded, report, said, stdout } = await run(
      `
      import { TelemetryManager } from "@charm/telemetry-core";
      const manager = await TelemetryManager.load();
      await manager.withRun({}, (run) => run.token("tide"));
      const { exporters } = await manager.shutdown();
      writeSync(3, JSON.stringify(exporters) + "\\n");
    `,
      {
        "node_modules/posting-exporter/index.js": `
          import { BaseTelemetryExporter } from "@charm/telemetry-core";
          import { SpanTelemetryExporter } from "@charm/telemetry-core/kit";
          import { isMainThread } from "node:worker_threads";
          if (isMainThread) throw new Error("this is the agent's thread");
          export class PostingExporter extends BaseTelemetryExporter {
            start() { if (!(SpanTelemetryExporter.prototype instanceof BaseTelemetryExporter)) throw new Error("two copies"); }
            onRunStart() {} onRunEnd() {} onError() {} onToolStart() {} onToolEnd() {} onToolError() {} onLlmNewToken() {} onAgentAction() {}
          }
        `,
      },
    );
    expect({ code, said }).toEqual({ code: 0, said: [] });
    expect(stdout).toBe('__CHARM_EVENT__{"type":"delta","content":"tide"}\n');
    expect(report).toMatchObject([{ name: "posting", accepted: 3, delivered: 3, pending: 0 }]);
    const files = ["index", "core", "manifest", "host/index", "control"];
    expect(loaded.toSorted()).toEqual(files.map((file) => `dist/bundle/${file}.js`).toSorted());
  });

  it("makes a run of the process and events of its prints, with --import and nothing else", async () => {
    const { code, stdout, said, report } = await run(
      `console.log("looking"); console.error("to stderr"); writeSync(3, "0\\n");`,
      {
        "node_modules/posting-exporter/index.js": `
          import { writeSync } from "node:fs";
          import { BaseTelemetryExporter } from "@charm/telemetry-core";
          const say = (text) => writeSync(2, text + "\\n");
          export class PostingExporter extends BaseTelemetryExporter {
            onRunStart() { say("run"); } onRunEnd() { say("end"); } onError() {}
            onToolStart() {} onToolEnd() {} onToolError() {} onLlmNewToken() {} onAgentAction() {}
          }
        `,
      },
      ["--import", "@charm/telemetry-core/auto"],
    );
    expect({ code, stdout, report }).toEqual({
      code: 0,
      stdout: '__CHARM_EVENT__{"type":"thinking","content":"looking\\n"}\n',
      report: 0,
    });
    expect(said.toSorted()).toEqual(["end", "run", "to stderr"]);
  });

  it("is one copy for who requires it and who imports it", async () => {
    const { code, said, report, stdout } = await run(
      `
      import * as core from "@charm/telemetry-core";
      import required from "requiring";
      const own = { core, kit: await import("@charm/telemetry-core/kit"), manifest: await import("@charm/telemetry-core/manifest") };
      const isSame = Object.entries(own).map(([part, names]) => Object.keys(names).every((each) => names[each] === required[part][each]));
      writeSync(3, JSON.stringify(isSame) + "\\n");
    `,
      {
        "node_modules/requiring/package.json": { name: "requiring", main: "index.js" },
        "node_modules/requiring/index.js": `module.exports = {
          core: require("@charm/telemetry-core"),
          kit: require("@charm/telemetry-core/kit"),
          manifest: require("@charm/telemetry-core/manifest"),
        };`,
      },
    );
    expect({ code, said, report, stdout }).toEqual({ code: 0, said: [], report: [true, true, true], stdout: "" });
  });
});
