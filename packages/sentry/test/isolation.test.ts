import { realpathSync } from "node:fs";
import { join } from "node:path";
import { startSentryIntake } from "@charm/telemetry-testkit/intakes";
import type { SentryIntake } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it, onTestFinished } from "vitest";
import { runAgent } from "../../testkit/test/support/agent-process.ts";
import type { EndedAgent } from "../../testkit/test/support/agent-process.ts";

/** An agent with a Sentry of its own, all integrations on, in the process in which this exporter works. */

const SENTRY = realpathSync(join(import.meta.dirname, "../node_modules/@sentry/node"));
const OURS = "0123456789abcdef0123456789abcdef";
const THEIRS = "fedcba9876543210fedcba9876543210";

const AGENT = `
import * as Sentry from "@sentry/node";
Sentry.init({
  dsn: process.env.HOST_DSN,
  release: "host-release@9",
  environment: "host-env",
  serverName: "host-server",
  tracesSampleRate: 1,
});
Sentry.getGlobalScope().setTag("host_global_tag", "host-global");
Sentry.getIsolationScope().setTag("host_tag", "host-isolation").setUser({ id: "host-user" });
Sentry.getCurrentScope().setContext("host_context", { text: "host-context" }).setAttributes?.({ host_attribute: "host-attribute" });
Sentry.addBreadcrumb({ message: "host-breadcrumb" });

// The host sends lines of this source with its errors: they must not hold what is looked for.
const ours = (what) => ["ours", what].join("-");
const { TelemetryManager } = await import("@charm/telemetry-core");
const client = Sentry.getClient();
const telemetry = await TelemetryManager.load();
await Sentry.startSpan({ name: "host-span" }, async () => {
  await telemetry
    .withRun({ question: ours("question") }, async (run) => {
      run.action(ours("action"), ours("input"));
      const tool = run.startTool(ours("tool"), ours("argument"));
      const error = new TypeError(ours("error"));
      tool.fail(error);
      throw error;
    }, { threadId: ours("thread") })
    .catch(() => {});
  // While the exporter is at work.
  await telemetry.flush({ timeoutMs: 20000 });
});
Sentry.captureException(new Error("host-error"));
if (Sentry.getClient() !== client) throw new Error("the host's client was replaced");
await telemetry.shutdown({ timeoutMs: 20000 });
await Sentry.close(20000);
`;

interface Result extends EndedAgent {
  readonly ours: SentryIntake;
  readonly theirs: SentryIntake;
}

async function run(isolation: "worker" | "inline"): Promise<Result> {
  const ours = await startSentryIntake({ publicKey: OURS, projectId: "4501" });
  const theirs = await startSentryIntake({ publicKey: THEIRS, projectId: "4502" });
  onTestFinished(() => ours.close());
  onTestFinished(() => theirs.close());
  const finished = await runAgent(
    "sentry",
    AGENT,
    {
      SENTRY_DSN: ours.dsn,
      HOST_DSN: theirs.dsn,
      SENTRY_RELEASE: "ours-release",
      SENTRY_ENVIRONMENT: "ours-env",
      SENTRY_NAME: "ours-server",
      CHARM_TELEMETRY_ISOLATION: isolation,
    },
    { "@sentry/node": SENTRY },
  );
  return { ...finished, ours, theirs };
}

function sent(intake: SentryIntake): string {
  return intake.requests.map(({ path, body }) => `${path} ${String(body)}`).join("\n");
}

describe.each(["worker", "inline"] as const)("beside a host's own Sentry, in isolation %s", (isolation) => {
  it("neither sees a byte of the other", async () => {
    const { code, stderr, health, ours, theirs } = await run(isolation);
    expect([code, stderr]).toEqual([0, ""]);
    expect(health).toMatchObject({ accepted: 5, delivered: 5, units: { spans: 2, requests: 2 } });

    expect(ours.received).toMatchObject({ spans: 2, events: 1 });
    expect(ours.unknownParents()).toEqual([]);
    expect(sent(ours)).not.toMatch(/host[-_]/);
    expect(sent(ours)).not.toContain(THEIRS);
    expect(ours.spans.map(({ span }) => span.attributes["sentry.environment"]?.value)).toEqual([
      "ours-env",
      "ours-env",
    ]);

    expect(theirs.events.map(({ event }) => event.exception?.values[0]?.value)).toEqual(["host-error"]);
    expect(sent(theirs)).toContain("host-span");
    expect(sent(theirs)).toContain("host-global");
    expect(sent(theirs)).not.toContain("ours-");
    expect(sent(theirs)).not.toContain(OURS);
    expect(sent(theirs)).not.toContain(new URL(ours.url).host);
    expect(theirs.requests.every(({ status }) => status === 200)).toBe(true);
  });
});
