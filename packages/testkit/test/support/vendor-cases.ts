import type { HookResult } from "@charm/telemetry-core";
import type { SpanTelemetryExporter } from "@charm/telemetry-core/kit";
import { eventContext, startExporter } from "@charm/telemetry-testkit";
import type { Fault, HttpIntake } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it } from "vitest";
import { ROOT_SPAN_ID, never, playTool, setEnvironment } from "./started-exporter.ts";
import type { Started } from "./started-exporter.ts";

/** What a vendor's exporter is asked about itself; how it gets on with a backend in general asks the conformance kit. */
export interface VendorCases<Exporter extends SpanTelemetryExporter, Intake extends HttpIntake> {
  /** All that the package exports. */
  readonly exports: Readonly<Record<string, new () => Exporter>>;
  /** Without a key: the variables that would have one, and what people are told. */
  readonly withoutKey: { readonly variables: readonly string[]; readonly reason: string };
  /** @param isKnown false: with a key that the backend does not know. */
  start(isKnown: boolean): Promise<Started<Exporter, Intake>>;
  /** What people are told when the key is refused. */
  readonly refusal: RegExp;
  /** Never shown to anybody. */
  readonly key: string;
}

const RECOVERIES: readonly [name: string, fault: Fault, requests: number][] = [
  ["500", { kind: "status", status: 500, times: 1 }, 2],
  ["503 with Retry-After", { kind: "status", status: 503, retryAfter: 1, times: 1 }, 2],
  ["a lost acknowledgement", { kind: "lost-ack", times: 1 }, 2],
  ["a broken connection", { kind: "reset", times: 1 }, 2],
  ["a slow answer", { kind: "slow", delayMs: 200, times: 1 }, 1],
];

export function describeVendor<Exporter extends SpanTelemetryExporter, Intake extends HttpIntake>(
  cases: VendorCases<Exporter, Intake>,
): void {
  const [[name, Exporter] = []] = Object.entries(cases.exports);
  if (name === undefined || Exporter === undefined) throw new Error("the package exports nothing");
  const start = (): Promise<Started<Exporter, Intake>> => cases.start(true);

  describe(`${name}`, () => {
    it("is the only thing that the package exports, and takes no arguments", () => {
      expect(Object.keys(cases.exports)).toEqual([expect.stringMatching(/Exporter$/)]);
      expect(Exporter.length).toBe(0);
    });

    it("is disabled without a key, with one reason, and settles what it is given all the same", async () => {
      setEnvironment(Object.fromEntries(cases.withoutKey.variables.map((variable) => [variable, undefined])));
      const { exporter, account, accept } = await startExporter(new Exporter());
      expect([account.disabled, account.warnings]).toEqual([cases.withoutKey.reason, []]);
      playTool({ exporter, accept }, "1");
      await exporter.shutdown(never);
      expect(account.outcomes).toEqual({ disabled: 2 });
    });

    it("says which variable to look at when the key is refused, and stops asking", async () => {
      const started = await cases.start(false);
      playTool(started, "1");
      await started.exporter.flush(never);
      playTool(started, "2");
      await started.exporter.flush(never);
      expect(started.intake.requests).toHaveLength(1);
      expect(started.account.outcomes).toEqual({ rejected: 4 });
      expect(started.account.warnings).toEqual([expect.stringMatching(cases.refusal)]);
      expect(JSON.stringify(started.account)).not.toContain(cases.key);
    });

    it("masks a secret that was split over tokens", async () => {
      const { exporter, accept, intake } = await start();
      const context = eventContext("0000000000000001", ROOT_SPAN_ID);
      accept(
        exporter.onLlmStart({ model: "m" }, context),
        ...["my can", "ary-sec", "ret!"].map((token): HookResult => exporter.onLlmNewToken(token, context)),
        exporter.onLlmEnd({}, context),
      );
      await exporter.shutdown(never);
      const sent = intake.requests.map(({ body }) => String(body)).join("");
      expect(sent).toContain("my [CANARY_REDACTED]!");
      expect(sent).not.toContain("canary-secret");
    });

    // Every further request is one of the one layer that retries and counts.
    it.each(RECOVERIES)("delivers in spite of %s", async (_, fault, requests) => {
      const started = await start();
      await started.intake.setFault(fault);
      playTool(started, "1");
      await started.exporter.flush(never);
      expect(started.account).toMatchObject({ outcomes: { delivered: 2 }, units: { spans: 1, requests } });
      expect(started.account.units.retries ?? 0).toBe(requests - 1);
      expect(started.intake.requests).toHaveLength(requests);
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
}
