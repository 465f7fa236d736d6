import { eventContext, runInfo, startExporter } from "@charm/telemetry-testkit";
import { describe, expect, it } from "vitest";
import { never, playTool, setEnvironment } from "../../testkit/test/support/started-exporter.ts";
import { describeVendor } from "../../testkit/test/support/vendor-cases.ts";
import { DatadogExporter } from "../src/index.ts";
import * as everything from "../src/index.ts";
import { KEY, SPANS_ALONE, start } from "./support/start.ts";

describeVendor({
  exports: everything,
  withoutKey: {
    variables: ["DD_API_KEY", "DATADOG_API_KEY"],
    reason: "no API key. Set DD_API_KEY (or DATADOG_API_KEY) in the agent's environment.",
  },
  start: (isKnown) => start(SPANS_ALONE, isKnown ? {} : { apiKey: "another-key" }),
  refusal: /^127\.0\.0\.1:\d+ refuses the key in DD_API_KEY: 403 .* DD_SITE\?/,
  key: KEY,
});

describe("DatadogExporter", () => {
  it("is disabled by a proxy variable that holds no URL", async () => {
    setEnvironment({ DD_API_KEY: KEY, HTTPS_PROXY: "proxy:canary", https_proxy: undefined });
    const { account } = await startExporter(new DatadogExporter());
    expect(account.disabled).toBe("HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example:3128.");
  });

  it("delivers a run with its thread, tags and the agent's name and version", async () => {
    const { exporter, account, accept, intake } = await start(SPANS_ALONE);
    const root = eventContext("00000000000000aa", undefined, { run: runInfo({ threadId: "t-1", tags: ["plan:pro"] }) });
    accept(exporter.onRunStart("r", { question: "?" }, root), exporter.onRunEnd("r", { answer: "!" }, root));
    await exporter.flush(never);
    expect(intake.spans).toMatchObject([
      {
        mlApp: "research_agent",
        sessionId: "t-1",
        tags: ["version:2.0.0", "language:javascript", "error:0", "plan:pro"],
        span: { name: "Research Agent", meta: { kind: "agent" } },
        acknowledged: true,
      },
    ]);
    const [request] = intake.requests;
    expect(request?.headers["user-agent"]).toMatch(/^charm-telemetry\/[\d.]+ node\/v\d+/);
    expect(account).toMatchObject({ outcomes: { delivered: 2 }, units: { spans: 1, requests: 1 } });
    expect(account.units.bytes).toBe(request?.wireBytes);
  });

  it("drops spans older than a day, and only those", async () => {
    const started = await start(SPANS_ALONE);
    const { exporter, accept, account, intake } = started;
    const old = eventContext("0000000000000009", "00000000000000aa", { timeUnixMs: Date.now() - 25 * 3_600_000 });
    accept(exporter.onToolStart("old", "", old), exporter.onToolEnd("old", "", old));
    playTool(started, "1");
    await exporter.flush(never);
    expect(intake.spans.map(({ span }) => span.name)).toEqual(["search"]);
    expect(account.outcomes).toEqual({ rejected: 2, delivered: 2 });
    expect(account.warnings).toEqual([expect.stringContaining("more than 24 hours ago")]);
  });

  it("keeps each request within 5 MiB, and sends a larger span without its input and output", async () => {
    const started = await start(SPANS_ALONE);
    for (let index = 1; index <= 6; index++) playTool(started, String(index), "x".repeat(2 * 1024 * 1024));
    playTool(started, "7", "é".repeat(3 * 1024 * 1024));
    await started.exporter.flush(never);
    expect(started.account).toMatchObject({ outcomes: { delivered: 14 }, units: { spans: 7 } });
    expect(started.intake.requests.every(({ wireBytes }) => wireBytes <= 5 * 1024 * 1024)).toBe(true);
    const cut = started.intake.spans.filter(({ tags }) => tags.includes("dropped_io:1"));
    expect(cut.map(({ span }) => span.span_id)).toEqual(["7"]);
  });
});
