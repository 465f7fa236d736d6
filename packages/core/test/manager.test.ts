import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { BaseTelemetryExporter } from "../src/exporter.ts";
import type { Pending } from "../src/exporter.ts";
import { InlineLink } from "../src/host/inline.ts";
import { TelemetryManager } from "../src/manager.ts";
import type { LlmCall, ToolCall } from "../src/calls.ts";
import type { Run } from "../src/run.ts";
import { HOSTILE_NAMES, hostile } from "./support/hostile.ts";
import { warnings } from "./support/quiet-stderr.ts";
import { recordedManager } from "./support/recorded-manager.ts";
import { contractProblems, RecordingExporter } from "./support/recording-exporter.ts";

vi.mock("node:fs", async () => (await import("./support/quiet-stderr.ts")).quietStderr());

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Sets variables until the test has finished. */
function setVariables(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

describe("run ids", () => {
  it("are new UUIDv7s unless given", () => {
    const { manager } = recordedManager();
    expect(manager.startRun().runId).toMatch(UUID_V7);
    expect(manager.startRun({}, { runId: "mine" }).runId).toBe("mine");
    expect(manager.startRun({}, { runId: "" }).runId).toMatch(UUID_V7);
    expect(manager.startRun({}, { runId: 5 as unknown as string }).runId).toMatch(UUID_V7);
  });

  it("come from CHARM_RUN_ID for the first run only", () => {
    setVariables({ CHARM_RUN_ID: "from-environment" });
    const { manager } = recordedManager();
    const first = manager.startRun();
    expect(first.runId).toBe("from-environment");
    first.end();
    expect(manager.startRun().runId).toMatch(UUID_V7);

    const { manager: other } = recordedManager();
    expect(other.startRun({}, { runId: "mine" }).runId).toBe("mine");
    expect(other.startRun().runId).toMatch(UUID_V7);
  });

  it("that are still open are replaced, with one warning", () => {
    const { manager, recording } = recordedManager();
    const first = manager.startRun({}, { runId: "twice" });
    const others = [1, 2].map(() => manager.startRun({}, { runId: "twice" }));
    for (const other of others) expect(other.runId).toMatch(UUID_V7);
    expect(warnings.filter((line) => line.includes('"twice" is still open'))).toHaveLength(1);
    for (const run of [first, ...others]) run.end();
    expect(manager.startRun({}, { runId: "twice" }).runId).toBe("twice");
    expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
  });

  it("that are too long are replaced", () => {
    const { manager } = recordedManager();
    expect(manager.startRun({}, { runId: "x".repeat(512) }).runId).toHaveLength(512);
    expect(manager.startRun({}, { runId: "x".repeat(513) }).runId).toMatch(UUID_V7);
    expect(warnings.join("")).toContain("longer than 512 characters");
  });
});

describe("withRun", () => {
  it("starts and ends a run around a function, and gives back what it returns", async () => {
    const { manager, recording } = recordedManager();
    const result = await manager.withRun(
      { q: 1 },
      async (run) => {
        await delay(1);
        run.token("t");
        return { output: "o" };
      },
      { name: "n" },
    );
    expect(result).toEqual({ output: "o" });
    expect(recording.story).toEqual(['RunStart {"q":1}', "LlmNewToken t", 'RunEnd {"output":"o"}']);
    expect(recording.of("onRunStart")[0]?.context.run?.name).toBe("n");
  });

  it("fails the run with what the function throws, and throws it on", async () => {
    const { manager, recording } = recordedManager();
    const error = new Error("mine");
    await expect(manager.withRun({}, () => Promise.reject(error))).rejects.toBe(error);
    const thrower = (): never => {
      throw error;
    };
    await expect(manager.withRun({}, thrower)).rejects.toBe(error);
    await expect(manager.withRun({}, undefined as unknown as () => void)).rejects.toThrow(TypeError);
    expect(recording.of("onError").map(({ arguments: [, { message }] }) => message)).toEqual([
      "mine",
      "mine",
      expect.stringContaining("not a function") as string,
    ]);
    expect(contractProblems(recording.events)).toEqual([]);
  });

  it("leaves a run alone that the function has ended itself", async () => {
    const { manager, recording } = recordedManager();
    await manager.withRun({}, (run) => run.fail(new Error("own")));
    await manager.withRun({}, (run) => run.end("own")).catch(() => {});
    await expect(
      manager.withRun({}, (run) => {
        run.end("own");
        throw new Error("after");
      }),
    ).rejects.toThrow("after");
    expect(recording.story.filter((line) => !line.startsWith("RunStart"))).toEqual([
      "Error own",
      'RunEnd {"output":"own"}',
      'RunEnd {"output":"own"}',
    ]);
    expect(manager.health().events.ignored).toBe(0);
  });
});

describe("any interleaving of parallel runs", () => {
  /** One step of an agent; the number picks among what is open. */
  const step = fc.record({
    kind: fc.constantFrom(
      "run",
      "tool",
      "llm",
      "token",
      "llmToken",
      "action",
      "endTool",
      "failTool",
      "endLlm",
      "failLlm",
      "end",
      "fail",
    ),
    pick: fc.nat(100),
    isNested: fc.boolean(),
  });

  it("numbers each run's events without gaps, and ends each start once", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { manager, recording } = recordedManager();
        // What has ended stays in the lists: ends that come again are part of the game.
        const runs: Run[] = [manager.startRun()];
        const tools: ToolCall[] = [];
        const llmCalls: LlmCall[] = [];
        for (const { kind, pick, isNested } of steps) {
          const run = runs[pick % runs.length] as Run;
          const tool = tools[pick % tools.length];
          const llm = llmCalls[pick % llmCalls.length];
          const parent = isNested ? (tool ?? llm) : undefined;
          if (kind === "run") runs.push(manager.startRun());
          else if (kind === "tool") tools.push(run.startTool("t", "", { parent }));
          else if (kind === "llm") llmCalls.push(run.startLlm({ model: "m" }, { parent }));
          else if (kind === "token") run.token("x");
          else if (kind === "llmToken") llm?.token("x");
          else if (kind === "action") run.action("t", "x");
          else if (kind === "endTool") tool?.end();
          else if (kind === "failTool") tool?.fail(new Error("x"));
          else if (kind === "endLlm") llm?.end();
          else if (kind === "failLlm") llm?.fail(new Error("x"));
          else if (kind === "end") run.end();
          else run.fail(new Error("x"));
        }
        for (const call of [...tools, ...llmCalls, ...runs]) if (!call.isEnded) call.end();
        expect(contractProblems(recording.events)).toEqual([]);
        const { events, exporters } = manager.health();
        expect(events.recorded).toBe(recording.events.length);
        expect(exporters[0]).toMatchObject({ accepted: events.recorded, delivered: events.recorded, pending: 0 });
      }),
      { numRuns: 500 },
    );
  });
});

/** Keeps books of its own on what it is given: some it takes at once, some soon, some when it is told, and some not. */
class BookkeepingExporter extends BaseTelemetryExporter {
  accepted = 0;
  held = 0;
  /** Calls whose promises have not settled. */
  running = 0;
  delivered = 0;
  rejected = 0;
  failed = 0;

  override onRunStart(): void {
    this.accepted++;
    this.delivered++;
  }
  override onRunEnd(): Pending {
    return this.#hold();
  }
  override onError(): Pending {
    return this.#hold();
  }
  override onToolStart(): void {
    this.accepted++;
    this.failed++;
    throw new Error("no tools here");
  }
  override async onToolEnd(): Promise<void> {
    this.accepted++;
    this.running++;
    await Promise.resolve();
    this.running--;
    this.delivered++;
  }
  override onToolError(): Pending {
    return this.#hold();
  }
  override onLlmNewToken(): Pending {
    return this.#hold();
  }
  override onAgentAction(): Pending {
    return this.#hold();
  }

  #hold(): Pending {
    this.accepted++;
    this.held++;
    return this.pending;
  }

  release(count: number, outcome: "delivered" | "rejected"): void {
    this.held -= count;
    this[outcome] += count;
    this.settle(count, outcome);
  }

  override flush(): void {
    this.release(this.held, "delivered");
  }
}

describe("health", () => {
  it("says of every exporter what the exporter's own books say, at every moment", async () => {
    const step = fc.oneof(
      fc.constantFrom("token", "tool", "action", "run", "flush", "turn"),
      fc.record({ release: fc.double({ min: 0, max: 1, noNaN: true }), isRejected: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const books = new BookkeepingExporter();
        const first = new RecordingExporter("first");
        const manager = new TelemetryManager({ exporters: [first, books], stdout: false });
        const expectBooks = (): void => {
          const { exporters, events } = manager.health();
          const told = first.events.length;
          expect(events.recorded).toBe(told);
          expect(exporters).toMatchObject([
            { accepted: told, delivered: told, dropped: 0, pending: 0 },
            {
              name: "BookkeepingExporter",
              accepted: told,
              delivered: books.delivered,
              dropped: books.rejected + books.failed,
              // What has not reached it waits for a hook that is running.
              pending: books.held + books.running + (told - books.accepted),
            },
          ]);
          expect(exporters[1]?.droppedBy).toEqual({
            ...(books.rejected > 0 && { rejected: books.rejected }),
            ...(books.failed > 0 && { failed: books.failed }),
          });
        };
        let run = manager.startRun();
        for (const what of steps) {
          if (typeof what === "object")
            books.release(Math.round(books.held * what.release), what.isRejected ? "rejected" : "delivered");
          else if (what === "token") run.token("x");
          else if (what === "tool") run.startTool("t", "").end();
          else if (what === "action") run.action("t", "x");
          else if (what === "flush") await manager.flush();
          else if (what === "turn") await delay(0);
          else {
            run.end();
            run = manager.startRun();
          }
          // A promise's outcome is known to the host a few ticks after it is to the exporter.
          if (books.running === 0) await delay(0);
          expectBooks();
        }
        run.end();
        await manager.shutdown();
        expect([books.held, books.running, books.accepted]).toEqual([0, 0, first.events.length]);
        expectBooks();
      }),
      { numRuns: 100 },
    );
  });

  it("has no exporters and no lines where there are none", () => {
    const manager = new TelemetryManager({ stdout: false });
    manager.startRun().end("x");
    expect(manager.health()).toEqual({
      exporters: [],
      stdout: { written: 0, droppedBy: {}, bufferedBytes: 0 },
      events: { recorded: 2, unattributed: 0, guessed: 0, ignored: 0, truncated: 0, aborted: 0 },
    });
  });
});

describe("flush and shutdown", () => {
  it("can be called again and at the same time", async () => {
    const calls: string[] = [];
    const exporter = Object.assign(new RecordingExporter(), {
      flush: () => delay(5).then(() => void calls.push("flush")),
      shutdown: () => delay(5).then(() => void calls.push("shutdown")),
    });
    const manager = new TelemetryManager({ exporters: [exporter], stdout: false });
    manager.startRun().end();
    await Promise.all([manager.flush(), manager.flush()]);
    expect(calls).toEqual(["flush", "flush"]);
    const [one, two] = await Promise.all([manager.shutdown(), manager.shutdown({ timeoutMs: 1 })]);
    expect(two).toBe(one);
    expect(await manager.shutdown()).toBe(one);
    expect(calls).toEqual(["flush", "flush", "flush", "shutdown"]);
    expect(one.exporters).toMatchObject([{ state: "stopped", accepted: 2, delivered: 2, pending: 0 }]);
    expect((await manager.flush()).exporters).toEqual(one.exporters);
  });

  it("take events that come later, and say that they came too late", async () => {
    const { manager, recording } = recordedManager();
    manager.startRun().end();
    await manager.shutdown();
    const run = manager.startRun();
    run.token("late");
    run.end();
    manager.dispatch("onRunStart", "local", {});
    expect(recording.story).toEqual(["RunStart {}", "RunEnd {}"]);
    expect(manager.health().exporters[0]).toMatchObject({
      accepted: 6,
      delivered: 2,
      droppedBy: { after_shutdown: 4 },
      pending: 0,
    });
  });

  it("end at their deadline, with what is missing in the report", async () => {
    const never = Object.assign(new RecordingExporter(), {
      flush: () => new Promise(() => {}),
      shutdown: () => new Promise(() => {}),
    });
    const manager = new TelemetryManager({ exporters: [never], stdout: false });
    manager.startRun().end();
    expect((await manager.flush({ timeoutMs: 20 })).exporters).toMatchObject([{ delivered: 2 }]);
    expect((await manager.shutdown({ timeoutMs: 50 })).exporters).toMatchObject([{ state: "stopped", delivered: 2 }]);
  });

  it.each(HOSTILE_NAMES)("take %s for options", async (name) => {
    const { manager } = recordedManager();
    const value = hostile(name) as { timeoutMs: number };
    await expect(manager.flush(value)).resolves.toHaveProperty("exporters");
    await expect(manager.flush({ timeoutMs: value as unknown as number })).resolves.toHaveProperty("exporters");
    await expect(manager.shutdown(value)).resolves.toHaveProperty("exporters");
    await expect(recordedManager().manager.shutdown({ timeoutMs: value as unknown as number })).resolves.toHaveProperty(
      "exporters",
    );
  });

  it("take a timeout that fits no timer", async () => {
    const slow = Object.assign(new RecordingExporter(), { flush: () => delay(20) });
    const manager = new TelemetryManager({ exporters: [slow], stdout: false });
    manager.startRun();
    const started = performance.now();
    await manager.flush({ timeoutMs: 1e12 });
    expect(performance.now() - started).toBeGreaterThan(15);
  });
});

describe("secrets", () => {
  it("are read again at each run's start, and masked for exporters", () => {
    const { manager, recording } = recordedManager();
    manager.startRun({ text: "canary-not-yet-known" });
    setVariables({ LATE_API_KEY: "canary-not-yet-known" });
    const run = manager.startRun({ text: "canary-not-yet-known" }, { metadata: { deep: ["canary-not-yet-known"] } });
    run.startTool("t", { "canary-not-yet-known": 1 });
    run.fail(new Error("canary-not-yet-known", { cause: new Error("canary-not-yet-known") }));
    const [, ...later] = recording.events;
    const seen = JSON.stringify(later, (_, value: unknown) =>
      value instanceof Error ? [value.message, value.stack, (value.cause as Error | undefined)?.message] : value,
    );
    expect(seen).not.toContain("canary");
    expect(seen.match(/\[LATE_API_KEY_REDACTED\]/g)?.length).toBeGreaterThanOrEqual(6);
  });
});

describe("a fault of ours", () => {
  it("is one warning, not the agent's trouble", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    const broken = vi.spyOn(InlineLink.prototype, "append").mockImplementation(() => {
      throw new Error("a fault in the host");
    });
    onTestFinished(() => broken.mockRestore());
    for (let time = 0; time < 3; time++) run.token("x");
    run.startTool("t", "").end();
    run.end();
    expect(recording.story).toEqual(["RunStart {}"]);
    expect(warnings.filter((line) => line.includes("a fault in the host"))).toEqual([
      "[charm-telemetry] An event could not be recorded: a fault in the host\n",
    ]);
  });
});

describe("exporters", () => {
  it("of another copy of core are taken, and those that miss hooks refused", async () => {
    const foreign = Object.fromEntries(
      [
        "onRunStart",
        "onRunEnd",
        "onError",
        "onToolStart",
        "onToolEnd",
        "onToolError",
        "onLlmNewToken",
        "onAgentAction",
      ].map((hook) => [hook, vi.fn<() => void>()]),
    );
    const exporters = [foreign, { onRunStart() {} }] as unknown as BaseTelemetryExporter[];
    const manager = new TelemetryManager({ exporters, stdout: false });
    manager.startRun().end();
    const { exporters: health } = await manager.flush();
    expect(foreign["onRunStart"]).toHaveBeenCalledTimes(1);
    expect(foreign["onRunEnd"]).toHaveBeenCalledTimes(1);
    expect(health).toMatchObject([
      { state: "ready", delivered: 2 },
      { state: "disabled", droppedBy: { disabled: 2 } },
    ]);
    expect(health[1]?.lastError?.message).toContain("onLlmNewToken");
  });

  it("that are no list of exporters are a clear error", () => {
    for (const exporters of ["acme", [undefined], 5, null]) {
      const options = { exporters: exporters as unknown as BaseTelemetryExporter[], stdout: false };
      expect(() => new TelemetryManager(options)).toThrow("exporters must be a list of exporters.");
    }
  });

  it("may throw whatever they like: the others and the agent do not notice", async () => {
    const throwing = new Proxy(new RecordingExporter("throwing"), {
      get: (target, key) =>
        String(key).startsWith("on")
          ? () => {
              throw hostile("a proxy whose every trap throws");
            }
          : (Reflect.get(target, key, target) as unknown),
    });
    const recording = new RecordingExporter("good");
    const manager = new TelemetryManager({ exporters: [throwing, recording], stdout: false });
    await manager.withRun({}, (run) => run.token("x"));
    expect(recording.story).toEqual(["RunStart {}", "LlmNewToken x", "RunEnd {}"]);
    expect(manager.health().exporters).toMatchObject([
      { name: "throwing", accepted: 3, droppedBy: { failed: 3 } },
      { name: "good", delivered: 3 },
    ]);
  });
});
