import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { runAgent } from "../../packages/runner/src/index.ts";
import type { CharmEvent } from "../../packages/runner/src/index.ts";
import { startDatadogIntake } from "../../packages/testkit/src/intakes/index.ts";
import { command } from "./support/command.ts";
import { PATIENT, does, edit, emptyFolder, recordedAgent, type, write } from "./support/person.ts";

const { release, repository, versions } = inject("road");
const KEY = "0123456789abcdef0123456789abcdef";

it("an agent with the Datadog exporter runs as the cloud runs it: npm ci, npm start", async () => {
  const intake = await startDatadogIntake();
  onTestFinished(() => intake.close());
  const folder = recordedAgent("datadog", {
    "@charm/telemetry-core": `^${versions["@charm/telemetry-core"]}`,
    "@charm/telemetry-datadog": `^${versions["@charm/telemetry-datadog"]}`,
  });
  await does(folder, "npm install");
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as { packages: object };
  expect(Object.keys(lock.packages)).toEqual([
    "",
    "node_modules/@charm/telemetry-core",
    "node_modules/@charm/telemetry-datadog",
    "node_modules/undici",
  ]);
  rmSync(join(folder, "node_modules"), { recursive: true });

  await does(folder, "npm ci --quiet");
  const events: CharmEvent[] = [];
  const { exitCode } = await runAgent(folder, {
    input: { conversations: 1, parallel: 1, pace: 0 },
    environment: { ...PATIENT, DD_API_KEY: KEY, CHARM_DATADOG_ENDPOINT: intake.url },
    onEvent: (event) => events.push(event),
  });
  expect(exitCode).toBe(0);
  expect(events.map((event) => event.type)).toEqual(expect.arrayContaining(["thinking", "delta", "status"]));
  expect(intake.spans.map(({ span }) => span.name)).toContain("serve-customer");
});

it("all packages of the release are as those of strangers must be", async () => {
  const verify = join(repository, "scripts/release/verify.mjs");
  const { code, stderr, stdout } = await command(repository, process.execPath, [verify, release]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe(`packages that are as they should be: ${Object.keys(versions).length}\n`);
});

const HOOKS = "onRunStart onRunEnd onError onToolStart onToolEnd onToolError onLlmNewToken onAgentAction".split(" ");

/** A package that somebody made for a core of another time; it writes down when its runs end. */
function olderExporter(folder: string, name: string, contract: number, coreRange: string): void {
  const code = `import { appendFileSync } from "node:fs";
export default class Older {
  ${HOOKS.map((hook) => (hook === "onRunEnd" ? `onRunEnd() { appendFileSync("${name}.log", "end\\n"); }` : `${hook}() {}`)).join("\n  ")}
}
Older.prototype[Symbol.for("charm.telemetry.contract")] = ${contract};
`;
  const packageJson = {
    name: `charm-telemetry-${name}`,
    version: "3.0.0",
    type: "module",
    peerDependencies: { "@charm/telemetry-core": coreRange },
    charm: { telemetry: { [name]: "./index.js" } },
  };
  write(join(folder, name), { "package.json": JSON.stringify(packageJson), "index.js": code });
}

it("an exporter outlives the core that it was made for, or says which versions fit", async () => {
  const core = "@charm/telemetry-core";
  // The next core: this one with another version.
  const next = emptyFolder("core");
  await does(next, `npm pack ${core}@${versions[core]} --silent`);
  await does(next, `tar -xzf charm-telemetry-core-${versions[core]}.tgz --strip-components=1`);
  edit(join(next, "package.json"), (text) => text.replace(`"version": "${versions[core]}"`, '"version": "0.90.0"'));
  await does(next, "npm publish --tag next");

  const intake = await startDatadogIntake();
  onTestFinished(() => intake.close());
  const folder = recordedAgent("datadog, older, ancient", {
    [core]: "0.90.0",
    "@charm/telemetry-datadog": `^${versions["@charm/telemetry-datadog"]}`,
    "charm-telemetry-ancient": "file:ancient",
    "charm-telemetry-older": "file:older",
  });
  olderExporter(folder, "older", 1, "^0.1.0");
  olderExporter(folder, "ancient", 99, "^3.0.0");
  write(folder, { "input.json": JSON.stringify({ conversations: 1, parallel: 1, pace: 0 }) });
  await does(folder, "npm install --legacy-peer-deps");
  const { code, stderr } = await type(folder, "npm start", {
    CHARM_INPUT_FILE: join(folder, "input.json"),
    ...PATIENT,
    DD_API_KEY: KEY,
    CHARM_DATADOG_ENDPOINT: intake.url,
  });

  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(intake.spans.map(({ span }) => span.name)).toContain("serve-customer");
  expect(readFileSync(join(folder, "older.log"), "utf8")).toBe("end\n");
  expect(stderr).toContain("charm-telemetry-older@3.0.0 wants @charm/telemetry-core ^0.1.0; this is 0.90.0.");
  expect(stderr).toMatch(
    /charm-telemetry-ancient@3\.0\.0 .*is made for version 99 of the exporter contract and wants @charm\/telemetry-core \^3\.0\.0; this is 0\.90\.0 with version 1\./,
  );
  expect(stderr).not.toContain("datadog@");
});
