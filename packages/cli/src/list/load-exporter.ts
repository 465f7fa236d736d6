import { loadExporterClass } from "@charm/telemetry-core/manifest";
import type { ExporterModule } from "@charm/telemetry-core/manifest";

// A program of its own: what the exporter's module does when it is imported happens here alone.
process.once("disconnect", () => process.exit());
process.once("message", (module: ExporterModule) => void answer(module));

async function answer(module: ExporterModule): Promise<void> {
  try {
    await loadExporterClass(module);
    process.send?.({});
  } catch (error) {
    process.send?.({ reason: (error instanceof Error ? error.message : String(error)).replace(/\.$/, "") });
  }
}
