import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { resolveOptions } from "../src/options.ts";
import type { LangsmithOptions } from "../src/options.ts";

const KEY = "canary-0123456789abcdef0123456789ab";
const NO_KEY = "no API key. Set LANGSMITH_API_KEY (or LANGCHAIN_API_KEY) in the agent's environment.";

function options(environment: Record<string, string>): LangsmithOptions {
  const resolved = resolveOptions({ LANGSMITH_API_KEY: KEY, ...environment });
  if ("disabled" in resolved) throw new Error(resolved.disabled);
  return resolved.options;
}

function disabled(environment: Record<string, string>): string {
  const resolved = resolveOptions({ LANGSMITH_API_KEY: KEY, ...environment });
  return "disabled" in resolved ? resolved.disabled : "enabled";
}

describe("the key", () => {
  it.each([
    [{ LANGSMITH_API_KEY: ` ${KEY}\n` }, "LANGSMITH_API_KEY"],
    [{ LANGSMITH_API_KEY: `"${KEY}"` }, "LANGSMITH_API_KEY"],
    [{ LANGCHAIN_API_KEY: KEY }, "LANGCHAIN_API_KEY"],
    [{ LANGSMITH_API_KEY: " ", LANGCHAIN_API_KEY: KEY }, "LANGCHAIN_API_KEY"],
    [{ LANGSMITH_API_KEY: KEY, LANGCHAIN_API_KEY: "another-key" }, "LANGSMITH_API_KEY"],
  ])("of %j is that of %s", (environment, variable) => {
    const resolved = resolveOptions(environment);
    const key = "options" in resolved ? resolved.options.apiKey : undefined;
    expect([key?.reveal(), key?.variable]).toEqual([KEY, variable]);
  });

  it.each([{}, { LANGSMITH_API_KEY: "" }, { LANGCHAIN_API_KEY: "  " }])(
    "missing in %j disables the exporter",
    (environment) => {
      expect(resolveOptions(environment)).toEqual({ disabled: NO_KEY });
    },
  );

  it("with characters that no header takes is refused, unseen", () => {
    expect(disabled({ LANGSMITH_API_KEY: "canary\n0123" })).toBe(
      "LANGSMITH_API_KEY holds characters that no API key has. Set it to the key alone.",
    );
  });

  it("is not shown where options are printed", () => {
    const resolved = resolveOptions({ LANGSMITH_API_KEY: KEY });
    expect(inspect(resolved, { depth: 9, showHidden: true }) + JSON.stringify(resolved)).not.toContain("canary");
  });
});

describe("the switch", () => {
  it.each(["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"])(
    "%s turns it off when false",
    (name) => {
      expect(disabled({ [name]: "False" })).toBe(`${name} is false.`);
      expect(disabled({ [name]: "true" })).toBe("enabled");
      expect(disabled({ [name]: "" })).toBe("enabled");
    },
  );
});

describe("where runs go", () => {
  it.each([
    ["", "https://api.smith.langchain.com"],
    ["https://eu.api.smith.langchain.com/", "https://eu.api.smith.langchain.com"],
    ["'https://langsmith.example/api/v1'", "https://langsmith.example/api/v1"],
    ["http://127.0.0.1:1984", "http://127.0.0.1:1984"],
  ])("LANGSMITH_ENDPOINT %j means %s", (value, apiUrl) => {
    const resolved = resolveOptions({ LANGCHAIN_API_KEY: KEY, LANGSMITH_ENDPOINT: value });
    expect(resolved).toMatchObject({ options: { apiUrl }, warnings: [] });
  });

  it.each(["smith.langchain.com", "ftp://x.example", "https://user:pass@x.example", "https://x.example/?a=1"])(
    "is not %s",
    (value) => {
      expect(disabled({ LANGCHAIN_ENDPOINT: value })).toMatch(/^LANGCHAIN_ENDPOINT is not a base URL\. Set it to /);
      expect(disabled({ LANGCHAIN_ENDPOINT: value })).not.toContain("pass");
    },
  );

  it("is told of when the way there is open to all", () => {
    const resolved = resolveOptions({ LANGSMITH_API_KEY: KEY, LANGSMITH_ENDPOINT: "http://langsmith:1984" });
    expect(resolved).toMatchObject({
      warnings: ["LANGSMITH_ENDPOINT sends the API key and the agent's data unencrypted to langsmith:1984."],
    });
  });
});

it.each([
  [{}, "default"],
  [{ LANGCHAIN_SESSION: "old" }, "old"],
  [{ LANGCHAIN_PROJECT: "chain", LANGCHAIN_SESSION: "old" }, "chain"],
  [{ LANGSMITH_PROJECT: "smith", LANGCHAIN_PROJECT: "chain" }, "smith"],
])("of %j the project is %s", (environment, project) => {
  expect(options(environment).project).toBe(project);
});

it("reads what is to be hidden, the workspace and the share of traces", () => {
  expect(options({})).toMatchObject({
    workspaceId: undefined,
    hideInputs: false,
    hideOutputs: false,
    hideMetadata: false,
    samplingRate: 1,
  });
  expect(
    options({
      LANGSMITH_WORKSPACE_ID: "11111111-2222-4333-8444-555555555555",
      LANGSMITH_HIDE_INPUTS: "true",
      LANGCHAIN_HIDE_OUTPUTS: "TRUE",
      LANGSMITH_HIDE_METADATA: "true",
      LANGCHAIN_TRACING_SAMPLING_RATE: "0.25",
    }),
  ).toMatchObject({
    workspaceId: "11111111-2222-4333-8444-555555555555",
    hideInputs: true,
    hideOutputs: true,
    hideMetadata: true,
    samplingRate: 0.25,
  });
});

it("says all that is wrong at once", () => {
  expect(
    disabled({
      LANGSMITH_ENDPOINT: "nowhere",
      LANGSMITH_TRACING_SAMPLING_RATE: "half",
      LANGCHAIN_WORKSPACE_ID: "a b",
    }),
  ).toMatch(
    /^LANGCHAIN_WORKSPACE_ID is not .* LANGSMITH_ENDPOINT is not .* LANGSMITH_TRACING_SAMPLING_RATE is "half"\. Set it to a number from 0 to 1\.$/,
  );
});
