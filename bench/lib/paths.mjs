import { fileURLToPath } from "node:url";

const repository = new URL("../../", import.meta.url);

/** The built packages, as a user's Node would load them. */
export const CORE_URL = new URL("packages/core/dist/index.js", repository).href;
/** The same as it is published: a bundle, of which an agent's start has fewer files to load. */
export const PUBLISHED_CORE_URL = new URL("packages/core/dist/bundle/index.js", repository).href;
export const NOOP_FOLDER = fileURLToPath(new URL("bench/exporters/noop", repository));
export const BENCH_FOLDER = fileURLToPath(new URL("bench", repository));
export const REPOSITORY_FOLDER = fileURLToPath(repository);

/** Of one of our packages, by its name without `@charm/telemetry-`. */
export function packageFolder(name) {
  return fileURLToPath(new URL(`packages/${name}`, repository));
}

export function programPath(name) {
  return fileURLToPath(new URL(`bench/programs/${name}`, repository));
}
