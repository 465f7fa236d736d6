import { hostname } from "node:os";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mlAppOf, resolveOptions } from "../src/options.ts";
import type { DatadogOptions } from "../src/options.ts";

const KEY = "canary-0123456789abcdef0123456789ab";
const AGENT = { name: "Research Agent", version: "1.2.3" };
const PATH = "/api/intake/llm-obs/v1/trace/spans";

function options(
  environment: Record<string, string>,
  agent: { name: string; version?: string } = AGENT,
): DatadogOptions {
  const resolved = resolveOptions({ DD_API_KEY: KEY, ...environment }, agent);
  if ("disabled" in resolved) throw new Error(resolved.disabled);
  return resolved.options;
}

function disabled(environment: Record<string, string>): string {
  const resolved = resolveOptions({ DD_API_KEY: KEY, ...environment }, AGENT);
  return "disabled" in resolved ? resolved.disabled : "enabled";
}

describe("the key", () => {
  it.each([
    [{ DD_API_KEY: ` ${KEY}\n` }, "DD_API_KEY"],
    [{ DATADOG_API_KEY: KEY }, "DATADOG_API_KEY"],
    [{ DD_API_KEY: " ", DATADOG_API_KEY: KEY }, "DATADOG_API_KEY"],
    [{ DD_API_KEY: KEY, DATADOG_API_KEY: "another-key" }, "DD_API_KEY"],
  ])("of %j is that of %s", (environment, variable) => {
    const resolved = resolveOptions(environment, AGENT);
    const key = "options" in resolved ? resolved.options.apiKey : undefined;
    expect([key?.reveal(), key?.variable]).toEqual([KEY, variable]);
  });

  it.each([{}, { DD_API_KEY: "" }, { DATADOG_API_KEY: "  " }])("missing in %j disables the exporter", (environment) => {
    expect(resolveOptions(environment, AGENT)).toEqual({
      disabled: "no API key. Set DD_API_KEY (or DATADOG_API_KEY) in the agent's environment.",
    });
  });

  it("with characters that no header takes is refused, unseen", () => {
    const reason = disabled({ DD_API_KEY: "canary\n0123" });
    expect(reason).toBe("DD_API_KEY holds characters that no API key has. Set it to the key alone.");
  });

  it("is not shown where options are printed", () => {
    const resolved = resolveOptions({ DD_API_KEY: KEY }, AGENT);
    expect(inspect(resolved, { depth: 9, showHidden: true }) + JSON.stringify(resolved)).not.toContain("canary");
  });
});

describe("where spans go", () => {
  it.each([
    ["", "api.datadoghq.com"],
    ["datadoghq.com", "api.datadoghq.com"],
    ["us3.datadoghq.com", "api.us3.datadoghq.com"],
    ["us5.datadoghq.com", "api.us5.datadoghq.com"],
    [" DataDogHQ.eu ", "api.datadoghq.eu"],
    ["ap1.datadoghq.com", "api.ap1.datadoghq.com"],
    ["ap2.datadoghq.com", "api.ap2.datadoghq.com"],
    ["uk1.datadoghq.com", "api.uk1.datadoghq.com"],
  ])("DD_SITE %j: %s", (site, host) => {
    expect(options({ DD_SITE: site }).endpoints.spans.href).toBe(`https://${host}${PATH}`);
  });

  it.each([
    ["ddog-gov.com", "DD_SITE is ddog-gov.com, where Datadog has no LLM Observability."],
    ["us2.ddog-gov.com", "DD_SITE is us2.ddog-gov.com, where Datadog has no LLM Observability."],
    [
      "https://app.datadoghq.eu/logs",
      'DD_SITE is "https://app.datadoghq.eu/logs", which is no Datadog site. Set it to datadoghq.eu.',
    ],
    [
      "api.us3.datadoghq.com",
      'DD_SITE is "api.us3.datadoghq.com", which is no Datadog site. Set it to us3.datadoghq.com.',
    ],
    [
      "eu1",
      'DD_SITE is "eu1", which is no Datadog site. Set it to datadoghq.com, us3.datadoghq.com, us5.datadoghq.com, ' +
        "datadoghq.eu, ap1.datadoghq.com, ap2.datadoghq.com or uk1.datadoghq.com.",
    ],
    ["datadoghq.com.evil.example", expect.stringContaining("no Datadog site")],
  ])("DD_SITE %j is refused", (site, reason) => {
    expect(disabled({ DD_SITE: site })).toEqual(reason);
  });

  it.each([
    ["https://proxy.example", `https://proxy.example${PATH}`],
    ["https://proxy.example:8443/datadog/", `https://proxy.example:8443/datadog${PATH}`],
    ["http://127.0.0.1:8126", `http://127.0.0.1:8126${PATH}`],
    ["http://localhost:8126/", `http://localhost:8126${PATH}`],
    ["http://[::1]:8126", `http://[::1]:8126${PATH}`],
  ])("CHARM_DATADOG_ENDPOINT %s: %s", (base, href) => {
    expect(options({ CHARM_DATADOG_ENDPOINT: base, DD_SITE: "ignored" }).endpoints.spans.href).toBe(href);
  });

  it.each([
    "proxy.example",
    "ftp://proxy.example",
    "https://user:pass@proxy.example",
    "https://proxy.example/?key=1",
    "::",
  ])("CHARM_DATADOG_ENDPOINT %s is refused", (base) => {
    expect(disabled({ CHARM_DATADOG_ENDPOINT: base })).toBe(
      "CHARM_DATADOG_ENDPOINT is not a base URL. Set it to something like https://proxy.example/datadog.",
    );
  });

  it.each(["http://proxy.example", "http://10.0.0.7:8126", "http://127.0.0.1.example"])(
    "CHARM_DATADOG_ENDPOINT %s would show the key to the network",
    (base) => {
      expect(disabled({ CHARM_DATADOG_ENDPOINT: base })).toBe(
        "CHARM_DATADOG_ENDPOINT would send the API key unencrypted to another machine. Use https.",
      );
    },
  );

  it("reports all that is wrong together", () => {
    expect(disabled({ DD_API_KEY: "a b", DD_SITE: "eu1" })).toMatch(/^DD_API_KEY holds .* DD_SITE is "eu1"/);
  });
});

describe("where metrics and logs go", () => {
  const hrefs = (environment: Record<string, string>): (string | undefined)[] => {
    const { series, logs } = options(environment).endpoints;
    return [series?.href, logs?.href];
  };

  it.each([
    [{}, "https://api.datadoghq.com/api/v2/series", "https://http-intake.logs.datadoghq.com/api/v2/logs"],
    [
      { DD_SITE: "us5.datadoghq.com" },
      "https://api.us5.datadoghq.com/api/v2/series",
      "https://http-intake.logs.us5.datadoghq.com/api/v2/logs",
    ],
    [
      { CHARM_DATADOG_ENDPOINT: "https://relay.example/dd" },
      "https://relay.example/dd/api/v2/series",
      "https://relay.example/dd/api/v2/logs",
    ],
    [{ CHARM_DATADOG_METRICS: "off" }, undefined, "https://http-intake.logs.datadoghq.com/api/v2/logs"],
    [{ CHARM_DATADOG_LOGS: "0", CHARM_DATADOG_METRICS: "on" }, "https://api.datadoghq.com/api/v2/series", undefined],
  ])("of %j", (environment, series, logs) => {
    expect(hrefs(environment)).toEqual([series, logs]);
  });

  it("is not guessed", () => {
    expect(disabled({ CHARM_DATADOG_METRICS: "maybe" })).toBe('CHARM_DATADOG_METRICS is "maybe". Set it to on or off.');
  });

  it("is said with the host and the service that they are filed under", () => {
    expect(options({})).toMatchObject({ host: hostname(), service: "research_agent" });
    expect(options({ DD_HOSTNAME: "pod-7", DD_SERVICE: "Search" })).toMatchObject({ host: "pod-7", service: "Search" });
  });
});

describe("tags", () => {
  it.each([
    [{}, ["version:1.2.3", "language:javascript"]],
    [
      { DD_TAGS: "region:local,team:a b", DD_ENV: "test", DD_SERVICE: "demo", DD_VERSION: "7" },
      ["region:local", "team:a_b", "version:7", "env:test", "service:demo", "language:javascript"],
    ],
    [{ DD_TAGS: "region:local team:a" }, ["region:local", "team:a", "version:1.2.3", "language:javascript"]],
    [{ DD_TAGS: " , fast,,7:x" }, ["tag:fast", "tag:7:x", "version:1.2.3", "language:javascript"]],
    [{ DD_ENV: "a,b\n", DD_VERSION: "," }, ["env:a_b", "language:javascript"]],
  ])("of %j", (environment, tags) => {
    expect(options(environment).tags).toEqual(tags);
  });
});

describe("the application's name", () => {
  it.each([
    [{ DD_LLMOBS_ML_APP: "Chat-Bot" }, AGENT, "chat-bot"],
    [{}, AGENT, "research_agent"],
    [{ DD_LLMOBS_ML_APP: "!!!" }, AGENT, "research_agent"],
    [{}, { name: "" }, "agent"],
    [{}, { name: "  __Größe 7__ (beta) " }, "größe_7_beta"],
    [{}, { name: "a:b/c.d-e_f" }, "a:b/c.d-e_f"],
  ])("of %j and %j is %s", (environment, agent, name) => {
    expect(options(environment, agent).mlApp).toBe(name);
  });

  it("is always one that the vendor accepts, or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (text) => {
        const name = mlAppOf(text);
        expect(name).toMatch(/^([\p{Ll}\p{Lo}\p{Nd}_\-:./]+)?$/u);
        expect(name).not.toMatch(/__|_$/);
        expect(name.length).toBeLessThanOrEqual(193);
        expect(mlAppOf(name)).toBe(name);
      }),
    );
  });
});

it("goes to US1 unless the environment says otherwise", () => {
  expect(options({}).endpoints.spans.href).toBe(`https://api.datadoghq.com${PATH}`);
});
