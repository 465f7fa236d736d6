import { describe, expect, it } from "vitest";
import { TelemetryError } from "../../src/errors.ts";
import type { Outcome, StartInfo } from "../../src/exporter.ts";
import { PENDING, missingHooks } from "../../src/exporter.ts";
import { SpanTelemetryExporter } from "../../src/kit/span-exporter.ts";
import type { SpanExporterOptions } from "../../src/kit/span-exporter.ts";
import type { FinishedSpan, OpenedSpan } from "../../src/kit/span.ts";
import { RUN_ID, contextOf } from "../support/event-context.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { RecordingHost, START_INFO } from "../support/recording-host.ts";

class ListExporter extends SpanTelemetryExporter {
  readonly sent: FinishedSpan[] = [];
  readonly calls: string[] = [];
  outcome: Outcome = "delivered";

  constructor(options: SpanExporterOptions = {}) {
    super({ clock: new FakeClock(), ...options });
  }

  protected override connect(info: StartInfo): void {
    this.calls.push(`connect ${info.agent.name}`);
  }

  protected override async send(spans: readonly FinishedSpan[]): Promise<Outcome> {
    this.sent.push(...spans);
    return this.outcome;
  }

  protected override release(): void {
    this.calls.push("release");
  }
}

const never = new AbortController().signal;
const toolContext = contextOf({ span: "tool", parent: "root" });

async function start(options: SpanExporterOptions = {}): Promise<{ exporter: ListExporter; host: RecordingHost }> {
  const exporter = new ListExporter(options);
  const host = RecordingHost.attach(exporter);
  await exporter.start(START_INFO, never);
  return { exporter, host };
}

/** An exporter that cannot connect. */
class Unconnected extends ListExporter {
  readonly #error: Error;

  constructor(error: Error) {
    super();
    this.#error = error;
  }

  protected override connect(): void {
    throw this.#error;
  }
}

describe("SpanTelemetryExporter", () => {
  it("is disabled by an option that connect finds invalid, and fails to start with any other error", async () => {
    const exporter = new Unconnected(new TelemetryError("INVALID_OPTION", "HTTPS_PROXY is not a URL."));
    const host = RecordingHost.attach(exporter);
    await exporter.start(START_INFO, never);
    expect(host.disabled).toBe("HTTPS_PROXY is not a URL.");
    await expect(new Unconnected(new Error("no module")).start(START_INFO, never)).rejects.toThrow("no module");
  });

  it("has every hook, and keeps every event for later", async () => {
    const { exporter } = await start();
    expect(missingHooks(exporter)).toEqual([]);
    const answers = [
      exporter.onRunStart(RUN_ID, {}, contextOf()),
      exporter.onToolStart("search", "", toolContext),
      exporter.onToolEnd("search", "", toolContext),
      exporter.onToolError("search", new Error("x"), toolContext),
      exporter.onLlmStart({ model: "m" }, contextOf({ span: "llm" })),
      exporter.onLlmNewToken("t", contextOf({ span: "llm" })),
      exporter.onLlmEnd({}, contextOf({ span: "llm" })),
      exporter.onLlmError(new Error("x"), contextOf({ span: "llm2" })),
      exporter.onAgentAction("search", "", contextOf()),
      exporter.onError(RUN_ID, new Error("x"), contextOf()),
      exporter.onRunEnd(RUN_ID, {}, contextOf()),
    ];
    expect(answers).toEqual(answers.map(() => PENDING));
  });

  it("settles a span's events when it has been delivered, and counts the span", async () => {
    const { exporter, host } = await start();
    host.accept(exporter.onToolStart("search", "{}", toolContext));
    host.accept(exporter.onToolEnd("search", "found", toolContext));
    expect(host.pending).toBe(2);
    await exporter.flush(never);
    expect(exporter.sent).toMatchObject([{ kind: "tool", output: "found" }]);
    expect([host.pending, host.outcomes, host.units]).toEqual([0, { delivered: 2 }, { spans: 1 }]);
  });

  it("settles them by the outcome of the send", async () => {
    const { exporter, host } = await start();
    exporter.outcome = "rejected";
    host.accept(exporter.onToolStart("search", "{}", toolContext));
    host.accept(exporter.onToolEnd("search", "found", toolContext));
    await exporter.flush(never);
    expect([host.outcomes, host.units]).toEqual([{ rejected: 2 }, {}]);
  });

  it("does not flush what is still open, and gives it up at shutdown", async () => {
    const { exporter, host } = await start();
    host.accept(exporter.onRunStart(RUN_ID, {}, contextOf()));
    await exporter.flush(never);
    expect(host.pending).toBe(1);
    await exporter.shutdown(never);
    expect(exporter.sent).toMatchObject([{ kind: "run", name: "research-agent", status: "aborted", isPartial: true }]);
    expect(host.outcomes).toEqual({ delivered: 1 });
    expect(exporter.calls).toEqual(["connect research-agent", "release"]);
  });

  it("shuts down once", async () => {
    const { exporter } = await start();
    await Promise.all([exporter.shutdown(never), exporter.shutdown(never)]);
    expect(exporter.calls.filter((call) => call === "release")).toHaveLength(1);
  });

  it("settles what comes after shutdown, and what comes after a span's end, at once", async () => {
    const { exporter, host } = await start();
    for (let round = 0; round < 2; round++) {
      host.accept(exporter.onToolStart("search", "{}", toolContext));
      host.accept(exporter.onToolEnd("search", "found", toolContext));
    }
    expect(host.outcomes).toEqual({ late: 2 });
    await exporter.shutdown(never);
    host.accept(exporter.onRunStart(RUN_ID, {}, contextOf()));
    expect(host.outcomes).toEqual({ late: 2, delivered: 2, after_shutdown: 1 });
    expect(host.pending).toBe(0);
  });

  it("says once that its backend is too slow", async () => {
    const { exporter, host } = await start({ maxQueueItems: 2 });
    for (let index = 0; index < 9; index++) {
      const context = contextOf({ span: `tool${index}`, parent: "root" });
      host.accept(exporter.onToolStart("search", "", context));
      host.accept(exporter.onToolEnd("search", "", context));
    }
    expect(host.warnings).toEqual(["spans are made faster than the backend takes them: the oldest are dropped."]);
    expect(host.outcomes).toEqual({ queue_full: 14 });
  });

  it("gives up by itself what has been silent for long", async () => {
    const clock = new FakeClock();
    const { exporter, host } = await start({ clock, maxSilenceMs: 60_000 });
    host.accept(exporter.onRunStart(RUN_ID, {}, contextOf()));
    await clock.pass(70_000);
    expect(exporter.sent).toMatchObject([{ isPartial: true }]);
    expect(host.pending).toBe(0);
    await clock.pass(60_000);
    expect(clock.timers).toEqual([]);
  });

  it("keeps sending on its own, without new traffic", async () => {
    const clock = new FakeClock();
    const { exporter, host } = await start({ clock, flushIntervalMs: 1000 });
    host.accept(exporter.onToolStart("search", "", toolContext));
    host.accept(exporter.onToolEnd("search", "", toolContext));
    await clock.pass(1000);
    expect(exporter.sent).toHaveLength(1);
  });
});

class LiveExporter extends ListExporter {
  readonly announced: string[] = [];
  readonly answers: (() => void)[] = [];

  protected override async announce(spans: readonly OpenedSpan[]): Promise<void> {
    this.announced.push(spans.map(({ kind, name }) => `${kind} ${name}`).join());
    await new Promise<void>((resolve) => this.answers.push(resolve));
    if (this.announced.length > 1) throw new Error("no");
  }
}

describe("an exporter that shows spans that have begun", () => {
  it("is given those that are still open after a moment, one batch at a time, and settles nothing by it", async () => {
    const clock = new FakeClock();
    const exporter = new LiveExporter({ clock, flushIntervalMs: 1000 });
    const host = RecordingHost.attach(exporter);
    host.accept(exporter.onRunStart(RUN_ID, {}, contextOf()));
    host.accept(exporter.onToolStart("quick", "", toolContext));
    host.accept(exporter.onToolEnd("quick", "", toolContext));
    await clock.pass(1000);
    expect(exporter.announced).toEqual(["run agent"]);
    host.accept(exporter.onToolStart("slow", "", contextOf({ span: "slow", parent: "root" })));
    await clock.pass(5000);
    expect(exporter.announced).toHaveLength(1);
    exporter.answers[0]?.();
    await clock.pass(1000);
    expect(exporter.announced).toEqual(["run agent", "tool slow"]);
    exporter.answers[1]?.();
    await clock.pass(0);
    expect([host.errors.length, host.outcomes, host.pending]).toEqual([1, { delivered: 2 }, 2]);
    await exporter.shutdown(never);
    expect(host.outcomes).toEqual({ delivered: 4 });
  });
});

describe("a subclass that observes", () => {
  class Observer extends ListExporter {
    readonly seen: string[] = [];

    protected override observe(span: FinishedSpan): void {
      this.seen.push(`${span.name} ${span.status}`);
      if (span.name === "bad") throw new Error("cannot count this");
    }
  }

  async function observe(options: SpanExporterOptions = {}): Promise<{ exporter: Observer; host: RecordingHost }> {
    const exporter = new Observer(options);
    const host = RecordingHost.attach(exporter);
    await exporter.start(START_INFO, never);
    return { exporter, host };
  }

  const play = (exporter: Observer, name: string, span: string): void => {
    void exporter.onToolStart(name, "", contextOf({ span, parent: "root" }));
    void exporter.onToolEnd(name, "", contextOf({ span, parent: "root" }));
  };

  it("sees each span once, when it has ended, also those that are dropped and those that shutdown gives up", async () => {
    const { exporter, host } = await observe({ maxQueueItems: 1 });
    play(exporter, "first", "a");
    play(exporter, "second", "b");
    void exporter.onToolStart("open", "", contextOf({ span: "c", parent: "root" }));
    expect(exporter.seen).toEqual(["first ok", "second ok"]);
    await exporter.shutdown(never);
    expect(exporter.seen).toEqual(["first ok", "second ok", "open aborted"]);
    expect(host.outcomes).toMatchObject({ queue_full: expect.any(Number) });
  });

  it("loses nothing when observing throws, and is said to have failed", async () => {
    const { exporter, host } = await observe();
    play(exporter, "bad", "a");
    await exporter.flush(never);
    expect(exporter.sent.map(({ name }) => name)).toEqual(["bad"]);
    expect(host.errors).toEqual([new Error("cannot count this")]);
  });
});
