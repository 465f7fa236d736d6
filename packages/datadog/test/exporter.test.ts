import type { HookResult } from "@charm/telemetry-core";
import { eventContext, runInfo, startExporter } from "@charm/telemetry-testkit";
import type { AttachedExporter } from "@charm/telemetry-testkit";
import type { Fault } from "@charm/telemetry-testkit/intakes";
import { startDatadogIntake } from "@charm/telemetry-testkit/intakes";
import type { DatadogIntake, DatadogIntakeOptions } from "@charm/telemetry-testkit/intakes";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DatadogExporter } from "../src/index.ts";
import * as everything from "../src/index.ts";

const never: AbortSignal = new AbortController().signal;

const KEY = "canary-api-key-0123456789";
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0).reverse()) await close();
});

type Started = Pick<AttachedExporter<DatadogExporter>, "exporter" | "account" | "accept"> & { intake: DatadogIntake };

async function start(options: DatadogIntakeOptions = {}): Promise<Started> {
  const intake = await startDatadogIntake({ apiKey: KEY, ...options });
  closing.push(() => intake.close());
  vi.stubEnv("DD_API_KEY", KEY);
  vi.stubEnv("CHARM_DATADOG_ENDPOINT", intake.url);
  // They have tests of their own.
  vi.stubEnv("CHARM_DATADOG_METRICS", "off");
  vi.stubEnv("CHARM_DATADOG_LOGS", "off");
  const { exporter, account, accept } = await startExporter(new DatadogExporter());
  closing.push(() => exporter.shutdown(AbortSignal.abort()));
  return { exporter, account, accept, intake };
}

function playTool({ exporter, accept }: Pick<Started, "exporter" | "accept">, id: string, output = "found"): void {
  const context = eventContext(id.padStart(16, "0"), "00000000000000aa");
  accept(exporter.onToolStart("search", "{}", context), exporter.onToolEnd("search", output, context));
}

describe("DatadogExporter", () => {
  it("is the only thing that the package exports, and takes no arguments", () => {
    expect(Object.keys(everything)).toEqual(["DatadogExporter"]);
    expect(DatadogExporter.length).toBe(0);
  });

  it("is disabled without a key, with one reason", async () => {
    vi.stubEnv("DD_API_KEY", "");
    vi.stubEnv("DATADOG_API_KEY", "");
    const { account } = await startExporter(new DatadogExporter());
    expect(account.disabled).toBe("no API key. Set DD_API_KEY (or DATADOG_API_KEY) in the agent's environment.");
  });

  it("is disabled by a proxy variable that holds no URL", async () => {
    vi.stubEnv("DD_API_KEY", KEY);
    vi.stubEnv("HTTPS_PROXY", "proxy:canary");
    vi.stubEnv("https_proxy", undefined);
    const { account } = await startExporter(new DatadogExporter());
    expect(account.disabled).toBe("HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example:3128.");
  });

  it("settles as disabled what it is given all the same", async () => {
    vi.stubEnv("DD_API_KEY", "");
    vi.stubEnv("DATADOG_API_KEY", "");
    const started = await startExporter(new DatadogExporter());
    playTool(started, "1");
    await started.exporter.shutdown(never);
    expect(started.account.outcomes).toEqual({ disabled: 2 });
  });

  it("delivers a run with its thread, tags and the agent's name and version", async () => {
    const { exporter, account, accept, intake } = await start();
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

  it("masks a secret that was split over tokens", async () => {
    const { exporter, accept, intake } = await start();
    const context = eventContext("0000000000000001", "00000000000000aa");
    accept(
      exporter.onLlmStart({ model: "m" }, context),
      ...["my can", "ary-sec", "ret!"].map((token): HookResult => exporter.onLlmNewToken(token, context)),
      exporter.onLlmEnd({}, context),
    );
    await exporter.shutdown(never);
    expect(intake.spans[0]?.span.meta.output).toEqual({
      messages: [{ role: "assistant", content: "my [CANARY_REDACTED]!" }],
    });
    expect(intake.requests.map(({ body }) => String(body)).join("")).not.toContain("canary");
  });

  it("drops spans older than a day, and only those", async () => {
    const started = await start();
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
    const started = await start();
    for (let index = 1; index <= 6; index++) playTool(started, String(index), "x".repeat(2 * 1024 * 1024));
    playTool(started, "7", "é".repeat(3 * 1024 * 1024));
    await started.exporter.flush(never);
    expect(started.account).toMatchObject({ outcomes: { delivered: 14 }, units: { spans: 7 } });
    expect(started.intake.requests.every(({ wireBytes }) => wireBytes <= 5 * 1024 * 1024)).toBe(true);
    const cut = started.intake.spans.filter(({ tags }) => tags.includes("dropped_io:1"));
    expect(cut.map(({ span }) => span.span_id)).toEqual(["7"]);
  });

  it("says which variable to look at when the key is refused, and stops asking", async () => {
    const started = await start({ apiKey: "another-key" });
    playTool(started, "1");
    await started.exporter.flush(never);
    playTool(started, "2");
    await started.exporter.flush(never);
    expect(started.intake.requests).toHaveLength(1);
    expect(started.account.outcomes).toEqual({ rejected: 4 });
    expect(started.account.warnings).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+ refuses the key in DD_API_KEY: 403 .* DD_SITE\?/),
    ]);
    expect(JSON.stringify(started.account)).not.toContain("canary");
  });

  const recoveries: [name: string, fault: Fault, requests: number][] = [
    ["429 with Retry-After", { kind: "status", status: 429, retryAfter: 1, times: 1 }, 2],
    ["500", { kind: "status", status: 500, times: 1 }, 2],
    ["a lost acknowledgement", { kind: "lost-ack", times: 1 }, 2],
    ["a slow answer", { kind: "slow", delayMs: 200, times: 1 }, 1],
  ];
  it.each(recoveries)("delivers in spite of %s", async (_name, fault, requests) => {
    const started = await start();
    await started.intake.setFault(fault);
    playTool(started, "1");
    await started.exporter.flush(never);
    expect(started.account).toMatchObject({ outcomes: { delivered: 2 }, units: { spans: 1, requests } });
    expect(started.intake.acknowledged.spans).toBe(1);
  });

  it("does not wait longer than it may for a backend that hangs", async () => {
    const started = await start();
    await started.intake.setFault({ kind: "hang" });
    playTool(started, "1");
    const stop = new AbortController();
    const stopped = started.exporter.shutdown(stop.signal);
    await started.intake.waitForRequests(1);
    stop.abort();
    await stopped;
    expect(started.account).toMatchObject({ accepted: 2, settled: 2, outcomes: { deadline: 2 } });
  });
});
