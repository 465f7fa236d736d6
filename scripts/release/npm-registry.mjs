// What the npm registry knows about a package.
import { Refusal } from "./refusal.mjs";

// npm itself listens to the same variable, and hands it on in small letters.
const { npm_config_registry: handedOn = "https://registry.npmjs.org/", NPM_CONFIG_REGISTRY = handedOn } = process.env;
const REGISTRY = NPM_CONFIG_REGISTRY.replace(/\/*$/, "/");
const TRIES = 3;

/**
 * @param {string} name
 * @returns {Promise<{ "dist-tags": Record<string, string>, versions: Record<string, { dist: { integrity: string } }> } | undefined>}
 * Undefined for a package that has never been published.
 * @throws Refusal when the registry does not tell.
 */
export async function packumentOf(name) {
  const url = REGISTRY + name.replace("/", "%2f");
  let reason;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    try {
      const response = await fetch(url, {
        headers: { "cache-control": "no-cache" },
        signal: AbortSignal.timeout(30_000),
      });
      if (response.status === 404) return undefined;
      if (response.ok) return await response.json();
      reason = `status ${response.status}`;
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      reason = error.cause?.message ?? error.message;
    }
  }
  throw new Refusal("npm-unreachable", `the registry does not tell about ${name}: ${reason}; run this again later`);
}
