import { describe, expect, it } from "vitest";
import { fixture, numbered, startHost } from "./thread-support.ts";
import { contextOf } from "../support/event-context.ts";
import { RecordingExporter } from "../support/recording-exporter.ts";

// Short enough for a test, long enough for a busy machine: the watch gives a starved thread ten times as long.
const QUICK = { blockedMs: 1000, blockedLoadingMs: 5000 };

describe("exporters in a thread", () => {
  it("are given every event, in order, each of them", async () => {
    const { host, tokens, health, notes } = startHost(["Good", "AlsoGood"]);
    const all = numbered(1000);
    tokens(...all);
    await host.flush(20_000);
    expect(notes("Good")).toEqual(all);
    expect(notes("AlsoGood")).toEqual(all);
    expect(health("Good")).toMatchObject({ state: "ready", accepted: 1000, delivered: 1000, dropped: 0, pending: 0 });
  });

  it("are told who calls, and see nothing of NODE_OPTIONS", async () => {
    const before = process.env["NODE_OPTIONS"];
    process.env["NODE_OPTIONS"] = "--no-warnings";
    const { host, notes } = startHost(["Informed"], { secrets: new Map([["canary-0123456789", "CANARY"]]) });
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
    await host.flush(20_000);
    expect(notes("Informed")).toEqual([
      {
        agent: { name: "research-agent" },
        isolation: "worker",
        hasVersion: true,
        captureContent: true,
        masked: "[CANARY_REDACTED]",
        nodeOptions: null,
        preloads: 0,
      },
    ]);
  });

  it("that throw, reject or never settle cost their own events alone", async () => {
    const { host, tokens, health, notes } = startHost(["Throwing", "Rejecting", "Hanging", "Good"], {
      limits: { hookMs: 300 },
    });
    tokens("t0", "bad", "t1");
    await host.flush(20_000);
    expect(health("Throwing")).toMatchObject({ delivered: 2, droppedBy: { failed: 1 }, pending: 0 });
    expect(health("Throwing").lastError?.message).toBe("thrown: bad");
    expect(health("Rejecting")).toMatchObject({ delivered: 2, droppedBy: { failed: 1 }, pending: 0 });
    expect(health("Hanging")).toMatchObject({ delivered: 2, droppedBy: { deadline: 1 }, pending: 0 });
    expect(health("Good")).toMatchObject({ delivered: 3, dropped: 0 });
    expect(notes("Hanging")).toEqual(["t0", "bad", "t1"]);
  });

  it("that are slow do not delay the others", async () => {
    const { tokens, health, until } = startHost(["Slow", "Good"]);
    tokens(...numbered(50));
    await until("delivered by the fast one", () => health("Good").delivered === 50);
    expect(health("Slow").delivered).toBeLessThan(50);
    await until("delivered by the slow one", () => health("Slow").pending === 0);
    expect(health("Slow").delivered).toBe(50);
  });

  it("that buffer are pending until they settle, and count units", async () => {
    const { host, tokens, health, until } = startHost(["Buffering", "Good"]);
    tokens(...numbered(10));
    await until("handed over", () => health("Good").delivered === 10);
    expect(health("Buffering")).toMatchObject({ delivered: 0, pending: 10 });
    await host.flush(20_000);
    expect(health("Buffering")).toMatchObject({ delivered: 10, pending: 0, units: { requests: 1, spans: 10 } });
  });

  it("that start late get what came before, in order, and nothing is lost", async () => {
    const { tokens, health, until, notes } = startHost(["StartingLate", "Good"], { limits: { restartMs: 300 } });
    tokens(...numbered(20));
    await until("failed to start", () => health("StartingLate").lastError?.message === "store is down");
    tokens(...numbered(20, 20));
    await until("started", () => health("StartingLate").pending === 0);
    expect(health("StartingLate")).toMatchObject({ state: "ready", delivered: 40 });
    expect(notes("StartingLate")).toEqual(numbered(40));
  });

  it("that cannot be loaded or made are disabled, with one warning each", async () => {
    const broken = { ...fixture("Broken", "fails-on-import.mjs"), exportName: "default" };
    const { host, tokens, health, warnings, until } = startHost([broken, "NotConstructible", "Missing", "Good"]);
    tokens(...numbered(5));
    await host.flush(20_000);
    for (const name of ["Broken", "NotConstructible", "Missing"])
      expect(health(name)).toMatchObject({ state: "disabled", droppedBy: { disabled: 5 }, pending: 0 });
    expect(health("Good").delivered).toBe(5);
    await until("warned", () => warnings.length === 3);
    expect(warnings.toSorted()).toEqual([
      expect.stringMatching(/^Broken: disabled, .*charm-fixture@1\.0\.0.*needs a library/),
      expect.stringMatching(/^Missing: disabled, .*exports no "Missing"/),
      expect.stringMatching(/^NotConstructible: disabled, .*no home folder/),
    ]);
  });

  it("that all switch themselves off leave no thread behind, and cost no more than a count", async () => {
    const { host, tokens, health, diary, warnings, until } = startHost(["Keyless"]);
    tokens("t0", "t1");
    await until("ended", () => diary.some((line) => line.includes("idle")));
    tokens("t2");
    expect(health("Keyless")).toMatchObject({ state: "disabled", accepted: 3, droppedBy: { disabled: 3 }, pending: 0 });
    expect(health("Keyless").lastError?.message).toContain("no API key");
    expect(warnings).toEqual(["Keyless: disabled, no API key. Set ACME_KEY."]);
    await host.flush(20_000);
    await host.shutdown(20_000);
  });
});

describe("an exporter that blocks the thread", () => {
  it.each(["Looping", "LoopingInMicrotasks", "LoopingInTicks", "LoopingRegexp"])(
    "is left out (%s), and the others miss nothing",
    async (name) => {
      const { host, tokens, health, notes, warnings, until } = startHost(["Good", name, "AlsoGood"], { limits: QUICK });
      tokens(...numbered(10), "bad", ...numbered(10, 10));
      await until("left out", () => health(name).state === "disabled");
      tokens(...numbered(10, 20));
      await host.flush(20_000);
      const all = [...numbered(10), "bad", ...numbered(20, 10)];
      expect(notes("Good")).toEqual(all);
      expect(notes("AlsoGood")).toEqual(all);
      expect(health("Good")).toMatchObject({ state: "ready", delivered: 31, dropped: 0, pending: 0 });
      expect(health("AlsoGood")).toMatchObject({ state: "ready", delivered: 31, dropped: 0, pending: 0 });
      const culprit = health(name);
      expect(culprit).toMatchObject({ accepted: 31, pending: 0 });
      // Ticks come after all events of a batch.
      expect(culprit.delivered + (culprit.droppedBy.restart ?? 0)).toBe(name === "LoopingInTicks" ? 21 : 11);
      expect(culprit.lastError?.message).toContain("blocked");
      expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${name}: disabled, .*blocked`))]);
    },
  );

  it("while it is not known which one it is, gets a thread of its own, and is named the next time", async () => {
    const { host, tokens, health, warnings, notes, until } = startHost(["Good", "LoopingInTimer"], { limits: QUICK });
    tokens("t0", "bad");
    await until("split", () => warnings.length === 1);
    expect(warnings[0]).toMatch(/not known which one/);
    tokens("t1", "bad", "t2");
    await until("left out", () => health("LoopingInTimer").state === "disabled");
    await host.flush(20_000);
    expect(notes("Good")).toEqual(["t0", "bad", "t1", "bad", "t2"]);
    expect(health("Good")).toMatchObject({ delivered: 5, dropped: 0, pending: 0 });
    expect(health("LoopingInTimer").pending).toBe(0);
  });

  it("while it is imported, is left out", async () => {
    const blocking = { ...fixture("Blocking", "blocks-on-import.mjs"), exportName: "default" };
    const { host, tokens, health, until } = startHost([blocking, "Good"], { limits: QUICK });
    tokens(...numbered(5));
    await until("left out", () => health("Blocking").state === "disabled");
    await host.flush(20_000);
    expect(health("Good")).toMatchObject({ delivered: 5, pending: 0 });
    expect(health("Blocking")).toMatchObject({ droppedBy: { disabled: 5 }, pending: 0 });
  });

  it("while it starts, has as long as one that is loaded: some load modules then", async () => {
    const limits = { blockedMs: 1000, blockedLoadingMs: 20_000 };
    const { host, tokens, health } = startHost(["SlowToStart", "Good"], { limits });
    tokens(...numbered(5));
    await host.flush(20_000);
    expect(health("SlowToStart")).toMatchObject({ state: "ready", delivered: 5, pending: 0 });
    expect(health("Good")).toMatchObject({ delivered: 5, dropped: 0, pending: 0 });
  });

  it("in native code, which cannot be interrupted, is abandoned; with two of them no third thread is started", async () => {
    const { host, tokens, health, notes, warnings, until } = startHost(["Good", "Native", "NativeToo"], {
      limits: QUICK,
    });
    tokens("t0", "bad 5000", "t1");
    await until("both left out", () => health("NativeToo").state === "disabled");
    expect(health("Native").state).toBe("disabled");
    expect(host.isStuck).toBe(true);
    expect(warnings.some((line) => line.includes("cannot interrupt"))).toBe(true);
    await until("ended after all", () => !host.isStuck);
    await host.flush(20_000);
    expect(notes("Good")).toEqual(["t0", "bad 5000", "t1"]);
    expect(health("Good")).toMatchObject({ delivered: 3, dropped: 0, pending: 0 });
  });
});

describe("an exporter that ends the thread", () => {
  it("by process.exit is left out, and the others miss nothing", async () => {
    const { host, tokens, health, notes, warnings, until } = startHost(["Good", "Exiting", "AlsoGood"]);
    tokens(...numbered(10), "bad", ...numbered(10, 10));
    await until("left out", () => health("Exiting").state === "disabled");
    await host.flush(20_000);
    expect(notes("Good")).toEqual([...numbered(10), "bad", ...numbered(10, 10)]);
    expect(notes("AlsoGood")).toEqual(notes("Good"));
    expect(health("Exiting")).toMatchObject({ delivered: 10, droppedBy: { restart: 1, disabled: 10 }, pending: 0 });
    expect(warnings).toEqual([expect.stringMatching(/^Exiting: disabled, .*process\.exit/)]);
  });

  it("does not bring back those that have switched themselves off", async () => {
    const { host, tokens, health, warnings, diary, until } = startHost(["Good", "Keyless", "Exiting"]);
    await until("disabled", () => health("Keyless").state === "disabled");
    tokens("t0", "bad", "t1");
    await until("left out", () => health("Exiting").state === "disabled");
    await host.flush(20_000);
    expect(health("Keyless")).toMatchObject({ accepted: 3, droppedBy: { disabled: 3 }, pending: 0 });
    expect(warnings).toHaveLength(2);
    expect(diary.filter((line) => line.includes("a thread for"))).toEqual([
      "exporter host: a thread for Good, Keyless, Exiting",
      "exporter host: a thread for Good",
    ]);
  });

  it("is found and left out again and again, and the others are given each event once, in order", async () => {
    const culprits = ["one", "two", "three", "four"].map((name) => ({ ...fixture("Exiting"), name }));
    const { host, tokens, health, notes, warnings, until } = startHost(["Good", ...culprits, "AlsoGood"]);
    const all = [...numbered(200), "bad", ...numbered(200, 200)];
    tokens(...all);
    await until("left out", () => culprits.every(({ name }) => health(name).state === "disabled"));
    tokens("last");
    await host.flush(20_000);
    expect(notes("Good")).toEqual([...all, "last"]);
    expect(notes("AlsoGood")).toEqual([...all, "last"]);
    for (const { name } of culprits)
      expect(health(name)).toMatchObject({ delivered: 200, droppedBy: { restart: 1, disabled: 201 }, pending: 0 });
    expect(warnings).toHaveLength(4);
  });

  it("from a timer is named the second time", async () => {
    const { host, tokens, health, warnings, notes, until } = startHost(["Good", "ExitingLater"]);
    tokens("t0", "bad");
    await until("split", () => warnings.length === 1);
    tokens("t1", "bad");
    await until("left out", () => health("ExitingLater").state === "disabled");
    tokens("t2");
    await host.flush(20_000);
    expect(notes("Good")).toEqual(["t0", "bad", "t1", "bad", "t2"]);
    expect(health("ExitingLater").pending).toBe(0);
  });

  it.each([
    ["HoardingObjects", { heapMb: 48 }],
    ["HoardingBuffers", { externalMb: 48 }],
  ])("by using up its memory (%s) is found out", async (name, limits) => {
    const { host, tokens, health, notes, warnings, until } = startHost(["Good", name], {
      limits: { ...limits, blockedMs: 5000 },
    });
    tokens("t0", "bad");
    await until("split", () => warnings.length === 1);
    expect(warnings[0]).toMatch(/memory.*not known which one/);
    tokens("bad");
    await until("left out", () => health(name).state === "disabled");
    tokens("last");
    await host.flush(20_000);
    expect(health("Good").dropped).toBe(0);
    expect(notes("Good").at(-1)).toBe("last");
    expect(health(name).lastError?.message).toContain("memory");
  });
});

describe("what exporters do outside their hooks", () => {
  it("ends neither the thread nor reaches whoever watches the agent's workers", async () => {
    const errors: unknown[] = [];
    const watch = (worker: { on(event: "error", listener: (error: unknown) => void): unknown }): void => {
      worker.on("error", (error) => errors.push(error));
    };
    process.on("worker", watch);
    const { host, tokens, health, warnings, until } = startHost(["Good", "FailingLater"]);
    process.off("worker", watch);
    tokens("bad rejection", "bad timer", "t0");
    await until("seen", () => warnings.length === 2);
    tokens("t1");
    await host.flush(20_000);
    expect(errors).toEqual([]);
    expect(warnings.join("\n")).toMatch(
      /outside its hooks: nobody listens[\s\S]*outside its hooks: in a timer|in a timer[\s\S]*nobody listens/,
    );
    expect(health("Good")).toMatchObject({ state: "ready", delivered: 4, dropped: 0 });
    expect(health("FailingLater").delivered).toBe(4);
  });

  it("such as prints, is told to people: prefixed, bounded, and never on stdout", async () => {
    const { host, tokens, warnings, until } = startHost(["Printing"]);
    tokens("bad");
    await host.flush(20_000);
    await until("told", () => warnings.length === 21);
    expect(warnings).toContain("Printing (stdout): no newline");
    expect(warnings[0]).toBe("Printing (stdout): log of bad");
    expect(warnings.some((line) => line === "Printing (stderr): __CHARM_EVENT__ forged")).toBe(true);
    expect(warnings.at(-1)).toContain("CHARM_TELEMETRY_DEBUG=1");
    expect(Math.max(...warnings.map((line) => line.length))).toBeLessThan(2100);
  });
});

describe("secrets", () => {
  const canary = "canary-0123456789";

  it("are masked before the hooks, in errors, prints and warnings", async () => {
    const { host, tokens, health, notes, warnings, until } = startHost(["Good", "Informed"], {
      secrets: new Map([[canary, "CANARY"]]),
    });
    host.append("onRunStart", "run", { [canary]: { deep: canary } }, contextOf());
    const error = new Error(`wrong ${canary}`, { cause: new Error(canary) });
    host.append("onError", "run", error, contextOf({ sequence: 1 }));
    tokens(`bad ${canary}`);
    await host.flush(20_000);
    await until("told", () => warnings.length === 2);
    const everything = JSON.stringify([notes("Good"), notes("Informed"), warnings, host.health()]);
    expect(everything).not.toContain(canary);
    expect(health("Informed").lastError?.message).toBe("failed with bad [CANARY_REDACTED]");
    expect(warnings.toSorted()).toEqual([
      "Informed (stdout): printed bad [CANARY_REDACTED]",
      "Informed: warned of bad [CANARY_REDACTED]",
    ]);
  });

  it("are masked in prints across the ends of lines and of what is shown as one", async () => {
    const key = [
      "-----BEGIN PRIVATE KEY-----",
      "Y2FuYXJ5LWZpcnN0",
      "Y2FuYXJ5LXNlY29uZA==",
      "-----END PRIVATE KEY-----",
    ];
    process.env["HOST_TEST_PRINTS"] = JSON.stringify([
      `${"x".repeat(1990)}${canary}${"y".repeat(100)}\n`,
      `not of the environment:\n${key.join("\n")}\n`,
      `in two prints: ${canary.slice(0, 9)}`,
      `${canary.slice(9)}\n`,
      "the end",
    ]);
    const { tokens, warnings, until } = startHost(["PrintingVariables"], { secrets: new Map([[canary, "CANARY"]]) });
    tokens("bad");
    await until("told", () => warnings.some((line) => line.endsWith("the end")));
    expect(warnings.join("\n")).not.toMatch(/canary|Y2FuYXJ5/);
    expect(warnings.map((line) => line.replace("PrintingVariables (stdout): ", ""))).toEqual([
      expect.stringMatching(/^x{1990}\[CANARY_RE$/),
      expect.stringMatching(/^DACTED\]y{100}$/),
      "not of the environment:",
      "[PRIVATE_KEY_REDACTED]",
      "in two prints: [CANARY_REDACTED]",
      "the end",
    ]);
  });

  it("that appear later are masked from then on, in a new thread too", async () => {
    const { host, tokens, notes, health, until } = startHost(["Good", "Exiting"]);
    host.setSecrets(new Map([[canary, "CANARY"]]));
    tokens(canary, "bad");
    await until("replaced", () => health("Exiting").state === "disabled");
    tokens(canary);
    await host.flush(20_000);
    expect(notes("Good")).toEqual(["[CANARY_REDACTED]", "bad", "[CANARY_REDACTED]"]);
  });
});

describe("content", () => {
  it("reaches only the exporters that may see it", async () => {
    const { host, tokens, notes } = startHost(["Good", "AlsoGood"], { settings: { captureContent: ["AlsoGood"] } });
    host.append("onRunStart", "run", { question: "why?" }, contextOf());
    tokens("t0");
    await host.flush(20_000);
    expect(notes("Good")).toEqual([{ inputs: { question: "[withheld: 4 characters]" } }, ""]);
    expect(notes("AlsoGood")).toEqual([{ inputs: { question: "why?" } }, "t0"]);
  });
});

describe("a thread that does not keep up", () => {
  it("is sent no more than it may have unread; what comes then is dropped for every exporter", async () => {
    const { host, tokens, health, until } = startHost(["Good", "Looping"], {
      limits: { ...QUICK, batchEvents: 10, backlogEvents: 100 },
    });
    tokens("bad", ...numbered(9));
    await until("read", () => health("Good").delivered > 0);
    tokens(...numbered(500));
    const { droppedBy } = health("Good");
    expect(droppedBy.queue_full).toBeGreaterThanOrEqual(390);
    await until("left out", () => health("Looping").state === "disabled");
    await host.flush(20_000);
    const good = health("Good");
    expect(good).toMatchObject({ accepted: 510, pending: 0, droppedBy });
    expect(good.delivered).toBe(510 - (droppedBy.queue_full ?? 0));
    expect(health("Looping")).toMatchObject({ accepted: 510, pending: 0 });
  });
});

describe("events that cannot be sent at the moment", () => {
  it("are sent before those that come later, whole", async () => {
    const { host, tokens, notes, health } = startHost(["Good"], { limits: { batchEvents: 1 } });
    let readings = 0;
    // Measured first, then copied to the thread: twice without success, as on a stack that is used up.
    const inputs = {
      get text() {
        readings++;
        if (readings === 2 || readings === 3) throw new RangeError("Maximum call stack size exceeded");
        return "kept";
      },
    };
    host.append("onRunStart", "run", inputs, contextOf());
    tokens("t0", "t1");
    await host.flush(20_000);
    expect(readings).toBe(4);
    expect(notes("Good")).toEqual([{ inputs: { text: "kept" } }, "t0", "t1"]);
    expect(health("Good")).toMatchObject({ accepted: 3, delivered: 3, pending: 0 });
  });

  it("do not throw into the agent, whatever they are", async () => {
    const { host, notes } = startHost(["Good"], { limits: { batchEvents: 1 } });
    host.append("onRunStart", "run", { text: Symbol("no copy") }, contextOf());
    host.setSecrets(new Map([["canary-0123456789", (() => {}) as unknown as string]]));
    await host.flush(1000);
    expect(notes("Good")).toEqual([{ inputs: { text: "Symbol(no copy)" } }]);
  });
});

describe("an order that fails", () => {
  it("is told, its events are counted, and what comes after it is carried out", async () => {
    const { host, tokens, notes, health, warnings } = startHost(["Good", "AlsoGood"]);
    host.setSecrets(new Map([[8 as unknown as string, "NO_TEXT"]]));
    tokens("t0");
    await host.flush(20_000);
    host.append("onNothing" as "onRunStart", "run", {}, contextOf());
    tokens("in the same batch");
    await host.flush(20_000);
    tokens("t1");
    await host.flush(20_000);
    expect(notes("Good")).toEqual(["t0", "t1"]);
    for (const name of ["Good", "AlsoGood"])
      expect(health(name)).toMatchObject({ accepted: 4, delivered: 2, droppedBy: { failed: 2 }, pending: 0 });
    expect(warnings).toEqual([
      expect.stringMatching(/^exporter host: an order \(secrets\) failed: \S/),
      expect.stringMatching(/^exporter host: an order \(batch\) failed: \S/),
    ]);
  });
});

describe("instances of the program", () => {
  it("are called in its own thread, beside modules in theirs, and are reported in the order given", async () => {
    const instance = new RecordingExporter();
    const { host, tokens, notes, until } = startHost(["Good", { name: "mine", instance }, "AlsoGood"]);
    tokens("t0");
    expect(instance.story).toEqual(["LlmNewToken t0"]);
    await host.flush(20_000);
    expect(notes("AlsoGood")).toEqual(["t0"]);
    expect(host.health().map(({ name, delivered }) => [name, delivered])).toEqual([
      ["Good", 1],
      ["mine", 1],
      ["AlsoGood", 1],
    ]);
    await host.shutdown(20_000);
    await until("stopped", () => host.health().every(({ state }) => state === "stopped"));
    expect(host.isStuck).toBe(false);
  });
});

describe("flush", () => {
  it("ends at its deadline when an exporter hangs", async () => {
    const { host, tokens, health, until } = startHost(["Hanging", "Good"]);
    await until("up", () => health("Good").state === "ready");
    tokens("t0");
    const startedAt = performance.now();
    await host.flush(300);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(health("Good").delivered).toBe(1);
  });
});

describe("shutdown", () => {
  it("flushes and releases each exporter once, and counts what comes later", async () => {
    const { host, tokens, health, notes } = startHost(["Closing"]);
    tokens("t0");
    await Promise.all([host.shutdown(20_000), host.shutdown(20_000)]);
    tokens("late");
    await host.shutdown(20_000);
    expect(notes("Closing")).toEqual(["t0", "flush", "shutdown"]);
    expect(health("Closing")).toMatchObject({
      state: "stopped",
      accepted: 2,
      delivered: 1,
      droppedBy: { after_shutdown: 1 },
      pending: 0,
    });
  });

  it("gives up at its deadline what was not settled", async () => {
    const { host, tokens, health, until } = startHost(["Hanging", "Good"]);
    await until("up", () => health("Hanging").state === "ready");
    tokens("t0", "bad", "t1");
    await host.shutdown(500);
    expect(health("Hanging")).toMatchObject({ delivered: 1, droppedBy: { deadline: 2 }, pending: 0, state: "stopped" });
    expect(health("Good")).toMatchObject({ delivered: 3, pending: 0, state: "stopped" });
  });

  it("gives up a thread that blocks", async () => {
    const { host, tokens, health, until } = startHost(["Looping"]);
    tokens("t0", "bad", "t1");
    await until("blocked", () => health("Looping").delivered === 1);
    await host.shutdown(500);
    expect(health("Looping")).toMatchObject({ accepted: 3, delivered: 1, droppedBy: { deadline: 2 }, pending: 0 });
  });
});
