import { hostname } from "node:os";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { parseDsn, releaseOf, resolveOptions } from "../src/options.ts";
import type { SentryOptions } from "../src/options.ts";

const KEY = "c0ffee00c0ffee00c0ffee00c0ffee00";
const DSN = `https://${KEY}@o1.ingest.sentry.io/42`;
const AGENT = { name: "Research Agent", version: "2.0.0" };

function optionsOf(environment: Record<string, string>): SentryOptions {
  const resolved = resolveOptions({ SENTRY_DSN: DSN, ...environment }, AGENT);
  if ("disabled" in resolved) throw new Error(resolved.disabled);
  return resolved.options;
}

function problemOf(environment: Record<string, string>): string | undefined {
  const resolved = resolveOptions({ SENTRY_DSN: DSN, ...environment }, AGENT);
  return "disabled" in resolved ? resolved.disabled : undefined;
}

describe("resolveOptions", () => {
  it("needs a DSN alone", () => {
    expect(optionsOf({})).toMatchObject({
      environment: "production",
      release: "Research-Agent@2.0.0",
      serverName: hostname(),
      tracesSampleRate: 1,
      sourceLines: false,
      proxy: undefined,
    });
  });

  it.each([{}, { SENTRY_DSN: "" }, { SENTRY_DSN: "  " }])("says which variable is missing: %j", (environment) => {
    expect(resolveOptions(environment, AGENT)).toEqual({
      disabled: "no DSN. Set SENTRY_DSN in the agent's environment.",
    });
  });

  it("reads the names that Sentry's own SDK reads", () => {
    const environment = {
      SENTRY_ENVIRONMENT: "staging",
      SENTRY_RELEASE: "agent@3",
      SENTRY_NAME: "box-7",
      SENTRY_TRACES_SAMPLE_RATE: "0.25",
    };
    expect(optionsOf(environment)).toMatchObject({
      environment: "staging",
      release: "agent@3",
      serverName: "box-7",
      tracesSampleRate: 0.25,
    });
  });

  it("has no release for an agent without a version", () => {
    expect(releaseOf({ name: "a" })).toBeUndefined();
    expect(releaseOf({ name: "a/b\nc", version: "1" })).toBe("a-b-c@1");
    expect(releaseOf({ name: `${"x".repeat(199)}😀`, version: "1" })).toBe("x".repeat(199));
  });

  it("tells all that is wrong together, without the DSN", () => {
    const problem = problemOf({
      SENTRY_DSN: "canary-not-a-dsn",
      SENTRY_TRACES_SAMPLE_RATE: "50%",
      CHARM_SENTRY_SOURCE_LINES: "yes",
    });
    expect(problem).toBe(
      "SENTRY_DSN is not a DSN. Set it to https://<public key>@<host>/<project id>, as Sentry shows it under Client Keys (DSN). " +
        'SENTRY_TRACES_SAMPLE_RATE is "50%". Set it to a number from 0 to 1. ' +
        'CHARM_SENTRY_SOURCE_LINES is "yes". Set it to true or false.',
    );
  });

  it.each(["-1", "1.5", "NaN", "often"])("takes no sample rate of %s", (rate) => {
    expect(problemOf({ SENTRY_TRACES_SAMPLE_RATE: rate })).toContain("a number from 0 to 1");
  });

  it("sends source lines only when asked", () => {
    expect(optionsOf({ CHARM_SENTRY_SOURCE_LINES: "TRUE" }).sourceLines).toBe(true);
    expect(optionsOf({ CHARM_SENTRY_SOURCE_LINES: "false" }).sourceLines).toBe(false);
  });

  it("finds a proxy under either spelling of its name, unless the host is exempt", () => {
    const proxy = "http://proxy.example:3128";
    expect(optionsOf({ HTTPS_PROXY: proxy }).proxy).toBe(proxy);
    expect(optionsOf({ https_proxy: proxy, HTTPS_PROXY: "http://other.example" }).proxy).toBe(proxy);
    expect(optionsOf({ http_proxy: proxy }).proxy).toBe(proxy);
    expect(optionsOf({ HTTPS_PROXY: proxy, NO_PROXY: "example.com, sentry.io" }).proxy).toBeUndefined();
    expect(optionsOf({ HTTPS_PROXY: proxy, no_proxy: "*" }).proxy).toBeUndefined();
    expect(optionsOf({ HTTPS_PROXY: proxy, NO_PROXY: "example.com" }).proxy).toBe(proxy);
  });

  it("shows the key to nobody who prints the options", () => {
    const options = optionsOf({});
    expect(inspect(options, { depth: 9 }) + JSON.stringify(options)).not.toContain(KEY);
  });
});

describe("parseDsn", () => {
  it.each([
    [DSN, { protocol: "https", host: "o1.ingest.sentry.io", port: "", path: "", projectId: "42" }],
    [`http://${KEY}@localhost:9000/7`, { protocol: "http", host: "localhost", port: "9000", path: "", projectId: "7" }],
    [
      `https://${KEY}@example.com/a/b/7/`,
      { protocol: "https", host: "example.com", port: "", path: "a/b", projectId: "7" },
    ],
    [
      `https://${KEY}:canary@example.com/7`,
      { protocol: "https", host: "example.com", port: "", path: "", projectId: "7" },
    ],
  ])("reads %s", (text, expected) => {
    const dsn = parseDsn(text);
    expect(dsn).toMatchObject(expected);
    expect(dsn?.publicKey.reveal()).toBe(KEY);
    expect(JSON.stringify(dsn)).not.toContain("canary");
  });

  it.each([
    "stuff",
    "https://o1.ingest.sentry.io/42",
    `https://${KEY}@o1.ingest.sentry.io`,
    `https://${KEY}@o1.ingest.sentry.io/project`,
    `ftp://${KEY}@o1.ingest.sentry.io/42`,
    `https://${KEY}@o1.ingest.sentry.io/42?x=1`,
    "https://my-organisation.sentry.io/issues/42",
  ])("takes no %s", (text) => {
    expect(parseDsn(text)).toBeUndefined();
  });
});
