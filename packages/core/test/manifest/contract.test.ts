import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readManifest } from "../../src/manifest/index.ts";
import { manifestOf, readText } from "./support.ts";

interface Expected {
  readonly title: string;
  readonly config: "ok" | "error";
  readonly errors: { at: string; type: string }[];
  readonly telemetry?: string[];
  readonly environment_variables?: { models: string[]; tools: string[] };
  readonly loader: string;
  readonly validate_exit: number;
}

const fixtures = join(import.meta.dirname, "../fixtures/manifests");
const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as Record<string, Expected>;

describe("what upstream says of twelve files", () => {
  it("has an expectation for every file", () => {
    const files = readdirSync(fixtures).filter((file) => file.endsWith(".yaml"));
    expect(files.map((file) => file.replace(".yaml", ""))).toEqual(Object.keys(expected));
    expect(files).toHaveLength(12);
  });

  it.each(Object.entries(expected))("%s", async (name, want) => {
    const manifest = await readManifest(join(fixtures, `${name}.yaml`));
    const isOk = manifest.contract.length === 0;
    expect({
      title: want.title,
      config: isOk ? "ok" : "error",
      errors: manifest.contract.map(({ at, type }) => ({ at, type })),
      ...(isOk ? { telemetry: manifest.telemetry.map((entry) => entry.name) } : {}),
      ...(isOk ? { environment_variables: manifest.environmentVariables } : {}),
      loader: manifest.loader,
      validate_exit: manifest.loader === "ok" ? 0 : 1,
    }).toEqual(want);
    expect(manifest.agent).toEqual({ name: "Tide Agent" });
    expect(manifest.findings).toEqual([]);
  });
});

describe("all errors at once", () => {
  it("names each with its place, what is wrong and what to write", async () => {
    const manifest = await readText(
      `version: 0.4
persona:
  name: Tide Agent
interface:
  input: {}
  output: none
runtime:
  adapter:
    type: node
    environment_variables:
  telemetry: datadog
  lifecycle: sometimes
policies:
  execution_timeout_seconds: 0
`,
    );
    expect(manifest.contract.map(({ where, message, fix }) => `${where}  ${message} ${fix}`)).toEqual([
      'charm.yaml:1:10  version must be a string, got the number 0.4. Write:  version: "0.4"',
      "charm.yaml:3:3  persona.description is required. Add the key description below persona.",
      'charm.yaml:6:11  interface.output must be a mapping, got a string ("none"). Indent its keys below it.',
      "charm.yaml:10:5  runtime.adapter.environment_variables must be a mapping, got nothing. Indent its keys below it.",
      'charm.yaml:11:14  runtime.telemetry must be a list of exporter names, got a string ("datadog"). Write:  telemetry: [datadog]',
      'charm.yaml:12:14  runtime.lifecycle must be one of serverless, daemon, interactive, got a string ("sometimes"). Write:  lifecycle: serverless',
      "charm.yaml:14:30  policies.execution_timeout_seconds must be 1 or more, got the number 0. Write:  execution_timeout_seconds: 1",
    ]);
    expect(manifest.telemetry).toEqual([]);
    expect(manifest.loader).toBe("invalid charm.yaml");
  });

  it.each([
    ["telemetry: [datadog, on]", "runtime.telemetry.1", 'must be a string, got the boolean on. Write:  - "on"'],
    ["telemetry: [yes]", "runtime.telemetry.0", 'must be a string, got the boolean yes. Write:  - "yes"'],
    ["telemetry: [~]", "runtime.telemetry.0", "must be a string, got nothing. Write text there."],
    ["telemetry: [0.4]", "runtime.telemetry.0", 'must be a string, got the number 0.4. Write:  - "0.4"'],
    ["telemetry: [2024-01-01]", "runtime.telemetry.0", 'got the date 2024-01-01. Write:  - "2024-01-01"'],
    ["telemetry: [1:30]", "runtime.telemetry.0", "got the number 1:30."],
    ["telemetry: [[datadog]]", "runtime.telemetry.0", "must be a string, got a list."],
    ["telemetry: {datadog: {}}", "runtime.telemetry", "must be a list of exporter names, got a mapping."],
    [
      "telemetry: [{name: datadog}]",
      "runtime.telemetry.0",
      "got a mapping. Write the name alone; exporters are configured by environment variables.",
    ],
    ["telemetry:", "runtime.telemetry", "got nothing. Write:  telemetry: []  or remove the key."],
  ])("refuses `%s` as YAML 1.1 and upstream's model do", async (line, at, text) => {
    const manifest = await manifestOf(line);
    expect(manifest.contract.map((problem) => problem.at)).toEqual([at]);
    expect(`${manifest.contract[0]?.message} ${manifest.contract[0]?.fix}`).toContain(text);
    expect(manifest.telemetry).toEqual([]);
  });

  it.each([
    ["telemetry: [y, n, 1e5, 08, 0.4.2, _1, 'on', \"0.4\", !!str 5]", "y n 1e5 08 0.4.2 _1 on 0.4 5"],
    ["telemetry: !!set {a, b}", "a b"],
    ["telemetry:\n  - a\n  -   b", "a b"],
    ["telemetry: &names [a]\n  skills: []", "a"],
  ])("reads the names in `%s` as upstream does", async (line, names) => {
    const manifest = await manifestOf(line);
    expect(manifest.contract).toEqual([]);
    expect(manifest.telemetry.map((entry) => entry.name).join(" ")).toBe(names);
  });

  it("is as lenient as upstream with numbers and booleans", async () => {
    const manifest = await manifestOf("mode: full", {
      policies:
        'policies: {max_steps: "5", budget_limit: on, allow_internet_access: "Y", execution_timeout_seconds: 30.0}',
    });
    expect(manifest.contract).toEqual([]);
  });

  it("gives names their place in the file", async () => {
    const manifest = await manifestOf("telemetry:\n    - datadog\n    - otlp");
    expect(manifest.telemetry).toEqual([
      { name: "datadog", line: 12, column: 7 },
      { name: "otlp", line: 13, column: 7 },
    ]);
  });

  it("keeps exporters on although another part of the file is wrong", async () => {
    const manifest = await manifestOf("telemetry: [datadog]\n  lifecycle: sometimes");
    expect(manifest.contract).toHaveLength(1);
    expect(manifest.telemetry.map((entry) => entry.name)).toEqual(["datadog"]);
  });

  it("follows aliases and merge keys, an own key before a merged one", async () => {
    const manifest = await manifestOf("<<: *defaults\n  lifecycle: daemon", {
      defaults: "x: &defaults {telemetry: [datadog], lifecycle: wrong, custom_image: *one}\ny: &one image",
    });
    expect(manifest.contract.map((problem) => problem.message)).toEqual([
      "not readable as YAML: no anchor before this alias has its name.",
    ]);
    const mended = await manifestOf("<<: *defaults\n  lifecycle: daemon", {
      defaults: "y: &one image\nx: &defaults {telemetry: [datadog], lifecycle: wrong, custom_image: *one}",
    });
    expect(mended.contract).toEqual([]);
    expect(mended.telemetry.map((entry) => entry.name)).toEqual(["datadog"]);
  });
});

describe("environment variables", () => {
  it("sorts the old flat list into models and tools", async () => {
    const manifest = await manifestOf("telemetry: []", {
      adapter: "environment_variables: [GROQ_API_KEY, CHARM_LLM_PROXY_KEY, DATADOG_API_KEY, 5]",
    });
    expect(manifest.environmentVariables).toEqual({
      models: ["GROQ_API_KEY", "CHARM_LLM_PROXY_KEY"],
      tools: ["DATADOG_API_KEY"],
    });
    expect(manifest.contract.map(({ at, type }) => ({ at, type }))).toEqual([
      { at: "runtime.adapter.environment_variables.tools.1", type: "string_type" },
    ]);
  });

  it("keeps the names that can be made out of a wrong list, so that their values are masked", async () => {
    const manifest = await manifestOf("telemetry: []", {
      adapter: "environment_variables: {models: [OPENAI_API_KEY, {a: b}], tools: MY_SECRET}",
    });
    expect(manifest.environmentVariables).toEqual({ models: ["OPENAI_API_KEY"], tools: [] });
    expect(manifest.contract).toHaveLength(2);
  });
});

describe("the loader's verdict", () => {
  it.each([
    ["node", "", "node adapter requires entry_point"],
    ["node", 'entry_point: ""', "node adapter requires entry_point"],
    ["node", "entry_point: npm start", "ok"],
    ["langchain", "", "langchain adapter requires entry_point"],
    ["openclaw", "", "ok"],
    ["deno", "entry_point: x", "unsupported adapter type"],
  ])("of type %s with `%s` is: %s", async (type, adapter, verdict) => {
    expect((await manifestOf("telemetry: []", { type, adapter })).loader).toBe(verdict);
  });
});

it("knows the line of what comes after a line that cannot be read", async () => {
  const { contract } = await readText("interface:\n  *input: object\n\tproperties: {}\n");
  expect(contract[0]).toMatchObject({ type: "yaml_syntax", line: 3, column: 1 });
});
