import type { ExporterModule } from "@charm/telemetry-core/manifest";

/** Waits for a module's address, and tells the process that has sent it what is wrong with the module. */
export function answerWith(judge: (module: ExporterModule) => Promise<string[]>): void {
  // What an exporter leaves running would keep this process for ever.
  process.once("disconnect", () => process.exit());
  process.once("message", (module: ExporterModule) => {
    judge(module)
      .catch((error: unknown) => [error instanceof Error ? error.message : String(error)])
      .then((reasons) => process.send?.(reasons.map((reason) => reason.replace(/\.$/, ""))))
      .catch(() => process.exit(1));
  });
  process.send?.("ready");
}
