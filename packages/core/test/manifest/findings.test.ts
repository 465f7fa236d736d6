import { describe, expect, it } from "vitest";
import { formatProblem } from "../../src/errors.ts";
import { manifestOf, manifestText, readText } from "./support.ts";

// Shapes of secrets, put together here so that no scanner takes them for real ones.
const OPENAI = ["sk", "proj", "0123456789abcdefghijkl"].join("-");
const GITHUB = `ghp_${"a1B2".repeat(9)}`;
const HEX_KEY = "0123456789abcdef".repeat(2);

describe("secrets written into the file", () => {
  it.each([
    ["a value", `custom_image: ${OPENAI}`, "charm.yaml:11:17"],
    ["a name", `telemetry: [${GITHUB}]`, "charm.yaml:11:15"],
    ["a key", `${OPENAI}: x`, "charm.yaml:11:3"],
    ["a comment", `telemetry: [] # was ${OPENAI}`, "charm.yaml:11:23"],
    ["a password in a URL", "memory: {config: {url: 'redis://me:s3cr3t-word@host'}}", "charm.yaml:11:38"],
    ["a private key", "memory: {provider: '-----BEGIN PRIVATE KEY-----'}", "charm.yaml:11:23"],
    ["what a key calls one", `memory: {config: {api_key: ${HEX_KEY}}}`, "charm.yaml:11:30"],
    ["a value beside its variable", `mode: full # DD_API_KEY=${HEX_KEY}`, "charm.yaml:11:27"],
  ])("finds %s", async (_, line, where) => {
    const manifest = await manifestOf(line);
    expect(
      manifest.findings.filter((finding) => finding.type === "secret_in_file").map((finding) => finding.where),
    ).toEqual([where]);
  });

  it.each([
    "memory: {config: {api_key: $DD_API_KEY, token: '${MY_TOKEN_OF_32_CHARACTERS}'}}",
    "memory: {config: {max_tokens: 4096, password: changeme}}",
    "custom_image: registry.example/agent@sha256:0123456789abcdef0123456789abcdef",
    "config: {system_prompt: 'Never ask for a token: it is a secret of the user, 16 letters or more.'}",
  ])("leaves `%s` alone", async (line) => {
    expect((await manifestOf(line)).findings).toEqual([]);
  });

  it("never prints one", async () => {
    const secrets = [OPENAI, GITHUB, HEX_KEY];
    const texts = [
      manifestText(`telemetry: ${OPENAI}`),
      manifestText(`telemetry: [${GITHUB}, ${GITHUB}]`),
      manifestText(`lifecycle: ${OPENAI}\n  ${GITHUB}: x\n  ${GITHUB}: x`),
      manifestText("telemetry: []", { adapter: `environment_variables: [DD_API_KEY=${HEX_KEY}, ${OPENAI}]` }),
      manifestText(`telemetry: [!${OPENAI} x, *${GITHUB}]`),
      `{${OPENAI}: [`,
      OPENAI,
    ];
    for (const text of texts) {
      const manifest = await readText(text);
      const said = [...manifest.contract, ...manifest.findings].map((problem) => JSON.stringify(problem)).join("\n");
      expect(said).not.toBe("");
      for (const secret of secrets) expect(said).not.toContain(secret);
    }
  });
});

describe("what upstream passes over", () => {
  const findings = async (...parts: Parameters<typeof manifestText>): Promise<string[]> =>
    (await manifestOf(...parts)).findings.map(formatProblem);

  it("says that a name is listed twice", async () => {
    expect(await findings("telemetry:\n    - datadog\n    - otlp\n    - datadog")).toEqual([
      'charm.yaml:14:7  exporter "datadog" is listed twice, first in line 12; it is loaded once. Remove one of them.',
    ]);
  });

  it("asks whether a key that is ignored was meant to be another", async () => {
    expect(await findings("telemetery: [datadog]\n  Lifecycle: daemon")).toEqual([
      'charm.yaml:11:3  the key "telemetery" is unknown and ignored. Did you mean "telemetry"? Write:  telemetry:',
      'charm.yaml:12:3  the key "Lifecycle" is unknown and ignored. Did you mean "lifecycle"? Write:  lifecycle:',
    ]);
  });

  it("knows that exporters belong below runtime", async () => {
    expect(await findings("mode: full", { policies: "telemetry: [datadog]" })).toEqual([
      'charm.yaml:12:1  the key "telemetry" is unknown and ignored. Did you mean "runtime.telemetry"? Move it below runtime.',
    ]);
  });

  it("is silent about keys that are like no other", async () => {
    expect(await findings("telemetry_config: {}\n  telemetry: []\n  zone: eu")).toEqual([]);
  });

  it("says that a variable's name is something else", async () => {
    const adapter = "environment_variables: {models: [OPENAI_API_KEY], tools: [DD_SITE=datadoghq.eu, 'my key']}";
    expect(await findings("telemetry: []", { adapter })).toEqual([
      "charm.yaml:10:63  names of environment variables are letters, digits and _; this is something else. Write the name alone:  - DD_SITE",
      "charm.yaml:10:85  names of environment variables are letters, digits and _; this is something else. Write the name alone.",
    ]);
  });
});
