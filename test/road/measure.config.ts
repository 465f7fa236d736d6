import { mergeConfig } from "vitest/config";
import road from "./vitest.config.ts";

/** Figures for the guide, on a quiet machine. */
const measure = mergeConfig(road, { test: { name: "measure", testTimeout: 900_000 } });
measure.test.include = ["*.measure.ts"];
export default measure;
