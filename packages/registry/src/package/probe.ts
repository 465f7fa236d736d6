// Runs in a process of its own, in the sandbox: imports a stranger's module and tries the class that it exports.
import { readFileSync, writeSync } from "node:fs";

/** What the probe is told on stdin, which is at its end before the stranger's module is imported. */
export interface ProbeTask {
  /** Begins every message, so that a module that finds the pipe cannot write one. */
  readonly nonce: string;
  readonly module: string;
  readonly exportName: string;
}

/** What it says, line by line, on {@link PROBE_FD}. */
export type ProbeMessage =
  | { readonly step: "ready" }
  | { readonly step: "imported" }
  | { readonly step: "failed"; readonly error: string }
  | { readonly step: "judged"; readonly lacks: readonly string[] };

export const PROBE_FD = 3;
const MAX_LACKS = 20;
const MAX_TEXT = 300;

// Kept from before, as modules may put others in their place.
const write = writeSync;
const stringify = JSON.stringify;

async function probe(): Promise<void> {
  const { nonce, module, exportName } = JSON.parse(readFileSync(0, "utf8")) as ProbeTask;
  const say = (message: ProbeMessage): void => void write(PROBE_FD, `${nonce}${stringify(message)}\n`);
  const { checkExporter } = await import("@charm/telemetry-testkit");
  say({ step: "ready" });
  let exporterClass: unknown;
  try {
    const exported = (await import(module)) as Readonly<Record<string, unknown>>;
    if (!Object.hasOwn(exported, exportName)) {
      const names = Object.keys(exported).join(", ") || "nothing";
      say({ step: "failed", error: `there is no export "${exportName}"; it exports ${names}` });
      return;
    }
    exporterClass = exported[exportName];
  } catch (error) {
    say({ step: "failed", error: `importing it failed: ${textOf(error)}` });
    return;
  }
  say({ step: "imported" });
  if (typeof exporterClass !== "function") {
    const kind = exporterClass === null ? "null" : typeof exporterClass;
    say({ step: "failed", error: `is ${kind}, want a class with onRunStart and the other hooks` });
    return;
  }
  const { findings } = await checkExporter({ exporterClass, level: "load" });
  const lacks = findings.slice(0, MAX_LACKS).map(({ expected, actual }) => `${cut(expected)}; but: ${cut(actual)}`);
  say({ step: "judged", lacks });
}

function textOf(error: unknown): string {
  try {
    return cut(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  } catch {
    return "something that cannot be shown was thrown";
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT);
}

await probe();
// Whatever the module has left running shall not keep this process.
process.exit(0);
