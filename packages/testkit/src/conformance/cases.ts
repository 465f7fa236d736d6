import { BACKEND_CASES } from "./backend/index.ts";
import type { ConformanceCase } from "./case.ts";
import { arity, brand, construction, exporterClass, methods } from "./load/class.ts";
import { missingConfiguration, unconfiguredHooks } from "./load/configuration.ts";
import { processEnds, untouched } from "./load/process.ts";

/** In the order in which they run. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  exporterClass,
  methods,
  arity,
  brand,
  construction,
  missingConfiguration,
  unconfiguredHooks,
  ...untouched,
  processEnds,
  ...BACKEND_CASES,
];
