export { ExporterAccount } from "./account.ts";
export { AttachedExporter, START_INFO, attachExporter } from "./attach.ts";
export type { AttachOptions, Called } from "./attach.ts";
export type { Environment } from "./bench.ts";
export type { ConformanceFinding, ConformanceLevel } from "./case.ts";
export { checkExporter } from "./check-exporter.ts";
export type { CaseResult, CheckOptions, ConformanceReport } from "./check-exporter.ts";
