import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Masker, collectSecrets } from "@charm/telemetry-core/masking";
import type { ExporterModule } from "@charm/telemetry-core/manifest";
import { visible } from "@charm/telemetry-registry/findings";

const TIME_LIMIT_MS = 10_000;
/** Starting is our own doing, and slow where much is going on. */
const START_LIMIT_MS = 60_000;

/** `load-exporter` makes an exporter as an agent does; `check-exporter` tries it with the conformance kit, too. */
export type Program = "load-exporter" | "check-exporter";

export interface Task {
  readonly module: ExporterModule;
  readonly environment: NodeJS.ProcessEnv;
}

/** Tries an exporter in a process of its own; returns why it would be refused, nothing for one that would not be. */
export function tryExporter(program: Program, { module, environment }: Task): Promise<string[]> {
  const masker = new Masker(collectSecrets(environment));
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL(`./${program}.js`, import.meta.url)), [], {
      env: environment,
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    let timer = setTimeout(() => answer(["the process that tries it did not start"]), START_LIMIT_MS);
    const answer = (reasons: string[]): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      // An exporter's errors may quote its API key, or move the cursor.
      resolve(reasons.map((reason) => visible(masker.mask(reason))));
    };
    child.on("message", (message: "ready" | string[]) => {
      if (message !== "ready") return answer(message);
      clearTimeout(timer);
      timer = setTimeout(() => answer([`it did not end within ${TIME_LIMIT_MS / 1000} s`]), TIME_LIMIT_MS);
      child.send(module);
    });
    child.once("error", ({ message }) => answer([message]));
    child.once("exit", (code, signal) => answer([`the process ended while it was tried (${signal ?? code})`]));
  });
}
