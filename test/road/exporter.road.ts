import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { runAgent } from "../../packages/runner/src/index.ts";
import type { CharmEvent } from "../../packages/runner/src/index.ts";
import { startHttpIntake } from "../../packages/testkit/src/intakes/index.ts";
import { readJson } from "../support/repository.ts";
import { does, emptyFolder, personEnvironment, recordedAgent, type } from "./support/person.ts";
import { Terminal } from "./support/terminal.ts";

const { versions } = inject("road");
const PNPM = (readJson("package.json") as { packageManager: string }).packageManager;
const desk = emptyFolder("desk");
const exporter = join(desk, "charm-telemetry-acme");

describe.sequential("an exporter's author", () => {
  it("answers the questions of npm create in a terminal", async () => {
    const terminal = new Terminal(desk, "npm create charm-telemetry", {
      ...personEnvironment(),
      NPM_CONFIG_CACHE: emptyFolder("cache"),
    });
    onTestFinished(() => terminal.end());
    await terminal.reads("Ok to proceed?");
    terminal.types("y");
    await terminal.reads("In which folder?");
    terminal.types("charm-telemetry-acme");
    await terminal.reads("What do agents write in charm.yaml?");
    terminal.types("Acme"); // no id: the same terminal says so, and asks again
    await terminal.reads("want");
    terminal.types("\u007f\u007f\u007f\u007facme");
    await terminal.reads("What is the backend called?");
    terminal.types("Acme");
    await terminal.reads("What does it do");
    terminal.types("");
    await terminal.reads("Who are you?");
    terminal.types("Acme Inc.");
    await terminal.reads("Under which licence");
    terminal.types("");
    await terminal.reads("Where at GitHub");
    terminal.types("https://github.com/acme/charm-telemetry-acme");
    await terminal.reads("In which language?");
    terminal.types("");
    expect({ code: await terminal.exited, screen: terminal.screen }).toMatchObject({ code: 0 });
    expect(terminal.screen).toContain("npm install");
    expect(JSON.parse(readFileSync(join(exporter, "package.json"), "utf8"))).toMatchObject({
      name: "charm-telemetry-acme",
      author: "Acme Inc.",
      charm: { telemetry: { acme: "./dist/index.js#AcmeExporter" } },
      peerDependencies: { "@charm/telemetry-core": expect.stringMatching(/^0\.x$|\^0/) },
    });
  });

  it("installs, tests and builds it as it is", async () => {
    await does(exporter, "npm install");
    const tested = await does(exporter, "npm test");
    expect(tested.stdout).toMatch(/Tests .*\d+ passed/);
    await does(exporter, "npm run build");
    expect(existsSync(join(exporter, "dist/index.js"))).toBe(true);
  });

  it("has it checked as a package, and publishes it", async () => {
    await does(exporter, "npm run check:publish");
    await does(exporter, "npm publish --provenance=false");
    const { stdout } = await does(desk, "npm view charm-telemetry-acme version");
    expect(stdout).toBe("0.1.0\n");
  });
});

describe("the scaffolder without a terminal", () => {
  it("takes its answers from flags, in JavaScript too, with and without the extra --", async () => {
    const folder = emptyFolder("flags");
    const first = await does(folder, "npm create charm-telemetry charm-telemetry-globex -- --yes --json --language js");
    const second = await does(folder, "npm create charm-telemetry charm-telemetry-initech --yes --json --language=js");
    // npm itself has the first words.
    const reports = [first, second].map(({ stdout }) => JSON.parse(stdout.slice(stdout.indexOf("{"))) as object);
    for (const [index, name] of ["globex", "initech"].entries()) {
      const made = join(folder, `charm-telemetry-${name}`);
      expect(JSON.stringify(reports[index])).toContain(`charm-telemetry-${name}`);
      expect(readdirSync(made)).toEqual(expect.arrayContaining([".gitignore", "package.json", "src"]));
      expect(readdirSync(join(made, "src"))).toEqual(["encode.js", "exporter.js", "index.js", "options.js"]);
    }
  });

  it("refuses an id that cannot be one, and writes nothing", async () => {
    const folder = emptyFolder("flags");
    const { code, stderr } = await type(folder, "npm create charm-telemetry charm-telemetry-globex -- --yes --id Foo");
    expect(code).toBe(2);
    expect(stderr).toContain("error id-format:");
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** How people install an agent's packages, and start a command of one. */
const WAYS = [
  { manager: "npm", install: "npm install", start: "npx" },
  { manager: "pnpm", install: `npx -y ${PNPM} install`, start: `npx -y ${PNPM} exec` },
  { manager: "yarn", install: "npx -y yarn@1.22.22 install --no-progress", start: "npx -y yarn@1.22.22 --silent" },
];

describe("an agent's author", () => {
  it.for(WAYS)(
    "adds the exporter with $manager, and its backend gets the events",
    async ({ install, start }, context) => {
      const folder = recordedAgent("acme", {
        "@charm/telemetry-cli": `^${versions["@charm/telemetry-cli"]}`,
        "@charm/telemetry-core": `^${versions["@charm/telemetry-core"]}`,
        "charm-telemetry-acme": "^0.1.0",
      });
      const { code, stderr } = await type(folder, install);
      if (/E404|ETARGET/.test(stderr) && !stderr.includes("charm-telemetry-acme"))
        context.skip(`not served here: ${install}`);
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      await arrives(folder);

      const { stdout } = await does(folder, `${start} charm-telemetry list --json`);
      const { exporters } = JSON.parse(stdout) as { exporters: object[] };
      expect(exporters).toEqual([
        { name: "acme", package: "charm-telemetry-acme", version: "0.1.0", listed: true, state: "ok" },
      ]);
    },
  );
});

interface AcmeSpan {
  readonly kind: string;
  readonly name: string;
  readonly status: string;
}

/** The agent's recorded conversation, at its backend and in people's browsers. */
async function arrives(folder: string): Promise<void> {
  const key = "a-key-of-acme-0123456789";
  const intake = await startHttpIntake<AcmeSpan>({
    authorize: ({ headers }) => (headers["x-api-key"] === key ? undefined : 403),
    read: (body) => ({ items: (body as { spans: AcmeSpan[] }).spans }),
  });
  onTestFinished(() => intake.close());
  const events: CharmEvent[] = [];
  const { exitCode } = await runAgent(folder, {
    input: { conversations: 1, parallel: 1, pace: 0 },
    environment: { ACME_ENDPOINT: new URL("/v1/spans", intake.url).href, ACME_API_KEY: key },
    onEvent: (event) => events.push(event),
  });
  expect({ exitCode, events }).toMatchObject({ exitCode: 0 });
  expect(events.map(({ type: kind }) => kind)).toEqual(expect.arrayContaining(["thinking", "delta", "status"]));
  const kinds = intake.items.map(({ item }) => item.kind);
  expect(kinds).toEqual(expect.arrayContaining(["run", "llm", "tool"]));
  expect(intake.items.find(({ item }) => item.kind === "run")?.item.name).toBe("serve-customer");
}
