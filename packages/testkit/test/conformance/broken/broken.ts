import type { ExporterSource } from "../../../src/index.ts";

/** An exporter that does one thing wrong. */
export interface Broken {
  /** Ids of the cases that it fails. */
  readonly fails: readonly string[];
  /** Found in what its author is told. */
  readonly told: RegExp;
  readonly source: ExporterSource;
}

/** @param fails the case, and those that cannot be passed without it, separated by spaces. */
export function broken(fails: string, told: RegExp, exporterClass: unknown): Broken {
  return { fails: fails.split(" "), told, source: { exporterClass } };
}
