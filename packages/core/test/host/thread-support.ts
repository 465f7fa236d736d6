import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import type { ExporterHealth } from "../../src/health.ts";
import type { HostLimits } from "../../src/host/limits.ts";
import type { ExporterInstance, ExporterModule, HostLink } from "../../src/host/link.ts";
import type { Settings } from "../../src/settings.ts";
import { contextOf } from "../support/event-context.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

// A worker cannot start from TypeScript on Node 20: threads are tested on what was built.
const { createHost } = (await import(
  join(import.meta.dirname, "../../dist/host/index.js")
)) as typeof import("../../src/host/index.ts");
const { HOST_LIMITS } = (await import(
  join(import.meta.dirname, "../../dist/host/limits.js")
)) as typeof import("../../src/host/limits.ts");
const { SETTINGS_DEFAULTS } = (await import(
  join(import.meta.dirname, "../../dist/settings.js")
)) as typeof import("../../src/settings.ts");

export interface ThreadedHost {
  readonly host: HostLink;
  readonly warnings: string[];
  readonly diary: string[];
  /** Appends tokens, as the events of one run. */
  readonly tokens: (...texts: string[]) => void;
  readonly health: (name: string) => ExporterHealth;
  /** Waits for it, within a time that only a mistake takes. */
  readonly until: (what: string, isTrue: () => boolean) => Promise<void>;
  /** What the exporter has noted, in order. */
  readonly notes: (name: string) => unknown[];
}

export interface HostChoices {
  readonly limits?: Partial<HostLimits>;
  readonly settings?: Partial<Settings>;
  readonly secrets?: ReadonlyMap<string, string>;
}

export function fixture(exportName: string, file = "exporters.mjs"): ExporterModule {
  const url = pathToFileURL(join(import.meta.dirname, "fixtures", file)).href;
  return { name: exportName, url, exportName, packageName: "charm-fixture@1.0.0" };
}

/** A host in a thread of its own with exporters of `fixtures/`. Ends with the test. */
export function startHost(
  exporters: readonly (string | ExporterModule | ExporterInstance)[],
  choices: HostChoices = {},
): ThreadedHost {
  const notesFile = join(temporaryFolder(), "notes");
  process.env["HOST_TEST_NOTES"] = notesFile;
  const warnings: string[] = [];
  const diary: string[] = [];
  const host = createHost(
    exporters.map((exporter) => (typeof exporter === "string" ? fixture(exporter) : exporter)),
    {
      agent: { name: "research-agent" },
      settings: { ...SETTINGS_DEFAULTS, isolation: "worker", ...choices.settings },
      secrets: choices.secrets ?? new Map(),
      warn: (message) => warnings.push(message),
      debug: (message) => diary.push(message),
    },
    { ...HOST_LIMITS, ...choices.limits },
  );
  onTestFinished(() => host.shutdown(500));
  let sequence = 0;
  const health = (name: string): ExporterHealth => {
    const found = host.health().find((one) => one.name === name);
    if (found === undefined) throw new Error(`no exporter ${name}`);
    return found;
  };
  return {
    host,
    warnings,
    diary,
    health,
    tokens: (...texts) => {
      for (const text of texts) host.append("onLlmNewToken", text, undefined, contextOf({ sequence: sequence++ }));
    },
    until: async (what, isTrue) => {
      const giveUpAt = performance.now() + 25_000;
      while (!isTrue()) {
        if (performance.now() > giveUpAt)
          throw new Error(`not ${what}: ${JSON.stringify(host.health())} ${warnings.join("\n")}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    notes: (name) => notesIn(notesFile, name),
  };
}

export function notesIn(file: string, exporter: string): unknown[] {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Nothing was noted.
  }
  const lines = text.split("\n").filter((line) => line !== "");
  return lines
    .map((line) => JSON.parse(line) as [string, unknown])
    .flatMap(([name, what]) => (name === exporter ? [what] : []));
}

/** `t0`, `t1` … */
export function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `t${from + index}`);
}
