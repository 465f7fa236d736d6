import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TelemetryError } from "../../src/errors.ts";
import { createHost } from "../../src/host/index.ts";
import type { ExporterInstance, ExporterModule, HostLink } from "../../src/host/link.ts";
import { SETTINGS_DEFAULTS } from "../../src/settings.ts";
import type { Settings } from "../../src/settings.ts";
import { exporterSource } from "../support/packages.ts";
import { contextOf } from "../support/event-context.ts";
import { RecordingExporter } from "../support/recording-exporter.ts";
import { temporaryFolder, writeFiles } from "../support/temporary-folder.ts";
import { deferred } from "./support.ts";

function hostOf(
  exporters: readonly (RecordingExporter | ExporterModule)[],
  settings: Partial<Settings> = {},
  secrets: ReadonlyMap<string, string> = new Map(),
): { host: HostLink; warnings: string[]; token: (text: string) => void } {
  const warnings: string[] = [];
  const given = exporters.map((exporter): ExporterInstance | ExporterModule =>
    "url" in exporter ? exporter : { name: exporter.name, instance: exporter },
  );
  const host = createHost(given, {
    agent: { name: "research-agent" },
    settings: { ...SETTINGS_DEFAULTS, ...settings },
    secrets,
    warn: (message) => warnings.push(message),
    debug: () => {},
  });
  let sequence = 0;
  return {
    host,
    warnings,
    token: (text) => host.append("onLlmNewToken", text, undefined, contextOf({ sequence: sequence++ })),
  };
}

function moduleOf(name: string): ExporterModule {
  const folder = temporaryFolder();
  writeFiles(folder, { "index.mjs": `export ${exporterSource("Acme")}` });
  const url = pathToFileURL(join(folder, "index.mjs")).href;
  return { name, url, exportName: "Acme", packageName: "charm-acme@1.0.0" };
}

class Failing extends RecordingExporter {
  override onLlmNewToken(): void {
    throw new Error("no");
  }
}

describe("instances", () => {
  it("are called inside append, each of them, with frozen snapshots", () => {
    const [one, two] = [new RecordingExporter("one"), new RecordingExporter("two")];
    const { host, token } = hostOf([one, two]);
    const inputs = { question: "why?" };
    host.append("onRunStart", "run", inputs, contextOf({ run: { tags: ["t"] } }));
    token("t0");
    expect(one.story).toEqual(['RunStart {"question":"why?"}', "LlmNewToken t0"]);
    expect(two.story).toEqual(one.story);
    expect(one.events[0]?.context.run?.tags).toEqual(["t"]);
    const frozen = [inputs, one.events[0]?.context, one.events[0]?.context.run?.tags];
    expect(frozen.map((value) => Object.isFrozen(value))).toEqual([true, true, true]);
    expect(host.health()).toMatchObject([
      { name: "one", accepted: 2, delivered: 2 },
      { name: "two", accepted: 2, delivered: 2 },
    ]);
  });

  it("that fail hurt neither the caller nor each other", () => {
    const good = new RecordingExporter("good");
    const { host, token } = hostOf([new Failing("bad"), good]);
    token("t0");
    expect(good.story).toEqual(["LlmNewToken t0"]);
    expect(host.health()[0]).toMatchObject({ droppedBy: { failed: 1 }, lastError: { message: "no" } });
  });

  it("are given nothing secret, from the moment that it is known", () => {
    const canary = "canary-0123456789";
    const exporter = new RecordingExporter();
    const { host, token } = hostOf([exporter]);
    token(canary);
    host.setSecrets(new Map([[canary, "CANARY"]]));
    token(canary);
    host.append("onToolError", canary, new Error(canary), contextOf({ toolCallId: canary, runId: canary }));
    const [before, ...after] = exporter.events;
    expect(before?.arguments).toEqual([canary]);
    const error = exporter.of("onToolError")[0]?.arguments[1];
    expect(`${JSON.stringify(after)} ${error?.message} ${error?.stack}`).not.toContain(canary);
    expect(error?.message).toBe("[CANARY_REDACTED]");
  });

  it("are flushed and shut down, once", async () => {
    const story: string[] = [];
    const exporter = Object.assign(new RecordingExporter(), {
      flush: async () => void story.push("flush"),
      shutdown: async () => void story.push("shutdown"),
    });
    const { host, token } = hostOf([exporter]);
    await host.flush(20_000);
    await Promise.all([host.shutdown(20_000), host.shutdown(20_000)]);
    token("late");
    expect(story).toEqual(["flush", "flush", "shutdown"]);
    expect(host.health()[0]).toMatchObject({ state: "stopped", droppedBy: { after_shutdown: 1 }, pending: 0 });
  });

  it("that are synchronous are shut down by drainSync; what needs the loop stays pending", () => {
    const quick = new RecordingExporter("quick");
    const slow = Object.assign(new RecordingExporter("slow"), { onLlmNewToken: () => deferred().promise });
    const { host, token } = hostOf([quick, slow]);
    token("t0");
    let waits = 0;
    host.drainSync(performance.now() + 1000, () => waits++);
    expect(waits).toBe(1);
    expect(host.health()).toMatchObject([
      { name: "quick", state: "stopped", delivered: 1, pending: 0 },
      { name: "slow", state: "ready", pending: 1 },
    ]);
  });
});

describe("createHost", () => {
  it("runs modules in this thread where it is told to", async () => {
    const { host, token, warnings } = hostOf([moduleOf("acme")], { isolation: "inline" });
    token("t0");
    expect(host.health()[0]).toMatchObject({ state: "starting", pending: 1 });
    await host.flush(20_000);
    expect(host.health()[0]).toMatchObject({ state: "ready", delivered: 1 });
    expect(warnings).toEqual([]);
  });

  it("runs modules in this thread, with one warning, where the worker was not built", async () => {
    const { host, token, warnings } = hostOf([moduleOf("acme"), moduleOf("ajax")], { isolation: "auto" });
    token("t0");
    await host.flush(20_000);
    expect(host.health()).toMatchObject([{ delivered: 1 }, { delivered: 1 }]);
    expect(warnings).toEqual([expect.stringMatching(/run in the agent's thread, because .*worker\.js is missing/)]);
  });

  it("throws where a thread is insisted on and the worker was not built", () => {
    let thrown: unknown;
    try {
      hostOf([moduleOf("acme")], { isolation: "worker" });
    } catch (error) {
      thrown = error;
    }
    expect(TelemetryError.is(thrown)).toBe(true);
    expect(thrown).toMatchObject({ code: "HOST", where: expect.stringMatching(/worker\.js$/) });
  });

  it("needs no worker for instances, nor for nothing at all", async () => {
    const { host, warnings, token } = hostOf([new RecordingExporter()], { isolation: "worker" });
    token("t0");
    expect(host.health()[0]?.delivered).toBe(1);
    const nothing = hostOf([], { isolation: "worker" });
    nothing.token("t0");
    nothing.host.setSecrets(new Map());
    nothing.host.drainSync(performance.now() + 1000, () => {});
    await nothing.host.flush(1000);
    await nothing.host.shutdown(1000);
    expect(nothing.host.health()).toEqual([]);
    expect(nothing.host.isStuck).toBe(false);
    expect([...warnings, ...nothing.warnings]).toEqual([]);
  });
});
