import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ExporterModule } from "@charm/telemetry-core/manifest";

const TIME_LIMIT_MS = 10_000;

/** Imports an exporter's class in a process of its own, as an agent would; returns why it would be refused. */
export function tryExporter(module: ExporterModule): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL("./load-exporter.js", import.meta.url)), [], {
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const timer = setTimeout(() => answer(`it was not imported within ${TIME_LIMIT_MS / 1000} s`), TIME_LIMIT_MS);
    const answer = (reason: string | undefined): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      resolve(reason);
    };
    child.once("message", ({ reason }: { reason?: string }) => answer(reason));
    child.once("error", ({ message }) => answer(message));
    child.once("exit", (code, signal) => answer(`the process ended while it was imported (${signal ?? code})`));
    child.send(module);
  });
}
