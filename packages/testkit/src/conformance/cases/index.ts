import type { ConformanceCase } from "../case.ts";
import { construction } from "./construction.ts";
import { shutdownTwice } from "./shutdown-twice.ts";

/** In the order in which they run. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [construction, shutdownTwice];
