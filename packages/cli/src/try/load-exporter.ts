import { loadExporterClass } from "@charm/telemetry-core/manifest";
import { answerWith } from "./answer.ts";

// A program of its own: what the exporter's module does when it is imported happens here alone.
answerWith(async (module) => {
  const ExporterClass = await loadExporterClass(module);
  try {
    new ExporterClass();
    return [];
  } catch (error) {
    return [`its constructor failed: ${error instanceof Error ? error.message : String(error)}`];
  }
});
