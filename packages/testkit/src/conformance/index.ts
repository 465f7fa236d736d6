export type { ExporterAccount } from "./account.ts";
export { startExporter } from "./attach.ts";
export type { AttachOptions, AttachedExporter, Called, FailedHook } from "./attach.ts";
export type { Environment } from "./bench.ts";
export type { ConformanceFinding, ConformanceLevel } from "./case.ts";
export { checkExporter } from "./check-exporter.ts";
export type { CaseResult } from "./check.ts";
export type { CheckOptions, ConformanceReport, ExporterSource } from "./check-exporter.ts";
export { describeFinding } from "./finding.ts";
