import { BACKEND_CASES } from "./backend/index.ts";
import type { ConformanceCase } from "./case.ts";
import { accountsExact, eventsSettled } from "./hooks/accounts.ts";
import { argumentsUntouched } from "./hooks/arguments.ts";
import { memoryFlat } from "./hooks/memory.ts";
import { runs } from "./hooks/runs.ts";
import { afterShutdown, shutdownTwice } from "./hooks/shutdown.ts";
import { emptyValues, hostileValues, hugeValues, ordinaryValues } from "./hooks/values.ts";
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
  ordinaryValues,
  eventsSettled,
  accountsExact,
  hostileValues,
  emptyValues,
  hugeValues,
  ...runs,
  argumentsUntouched,
  shutdownTwice,
  afterShutdown,
  memoryFlat,
  ...BACKEND_CASES,
];
