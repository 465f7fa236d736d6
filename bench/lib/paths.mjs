import { fileURLToPath } from "node:url";

const repository = new URL("../../", import.meta.url);

/** The built packages, as a user's Node would load them. */
export const CORE_URL = new URL("packages/core/dist/index.js", repository).href;
export const CORE_FOLDER = fileURLToPath(new URL("packages/core", repository));
export const DATADOG_FOLDER = fileURLToPath(new URL("packages/datadog", repository));
export const NOOP_FOLDER = fileURLToPath(new URL("bench/exporters/noop", repository));
export const BENCH_FOLDER = fileURLToPath(new URL("bench", repository));
export const REPOSITORY_FOLDER = fileURLToPath(repository);

export function programPath(name) {
  return fileURLToPath(new URL(`bench/programs/${name}`, repository));
}
