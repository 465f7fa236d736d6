import { loadExporterClass } from "@charm/telemetry-core/manifest";
import { checkExporter } from "@charm/telemetry-testkit";
import { answerWith } from "./answer.ts";

answerWith(async (module) => {
  const exporterClass = await loadExporterClass(module);
  const { findings } = await checkExporter({ exporterClass, level: "load" });
  return findings.map(({ expected, actual }) => `${expected}; but: ${actual}`);
});
