import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as Core from "@sentry/core";
import type * as Node from "@sentry/node";

/** The parts of Sentry's own SDK that are used: its way to the network, and its reading of stacks and sources. */
export type SdkParts = Pick<typeof Core, "exceptionFromError" | "getEnvelopeEndpointWithUrlEncodedAuth"> &
  Pick<typeof Node, "contextLinesIntegration" | "defaultStackParser" | "makeNodeTransport"> & {
    readonly identity: SdkIdentity;
  };

/** Who Sentry is told that it talks to. */
export interface SdkIdentity {
  readonly name: string;
  readonly version: string;
}

function identityOf({ SDK_VERSION: version }: Pick<typeof Core, "SDK_VERSION">): SdkIdentity {
  return { name: "sentry.javascript.node", version };
}

/**
 * Loads those parts. The whole of `@sentry/node` takes 0.5 to 0.8 s of CPU, and an agent may have ended by then; the
 * files of the parts take 0.2 s.
 */
export async function loadSdk(): Promise<SdkParts> {
  try {
    return loadParts();
  } catch {
    // Files that are laid out in another way, or module hooks in the agent's process that do not find them.
    const [core, node] = await Promise.all([import("@sentry/core"), import("@sentry/node")]);
    return { ...core, ...node, identity: identityOf(core) };
  }
}

function loadParts(): SdkParts {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@sentry/node"));
  const load = (file: string): typeof Node => require(join(folder, file)) as typeof Node;
  const core = require("@sentry/core") as typeof Core;
  const { exceptionFromError, getEnvelopeEndpointWithUrlEncodedAuth } = core;
  const parts = {
    identity: identityOf(core),
    exceptionFromError,
    getEnvelopeEndpointWithUrlEncodedAuth,
    contextLinesIntegration: load("integrations/contextlines.js").contextLinesIntegration,
    defaultStackParser: load("sdk/api.js").defaultStackParser,
    makeNodeTransport: load("transports/http.js").makeNodeTransport,
  };
  if (Object.values(parts).includes(undefined as never)) throw new Error("a part of the SDK is at another place");
  return parts;
}
