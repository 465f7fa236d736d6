import type { exceptionFromError, getEnvelopeEndpointWithUrlEncodedAuth } from "@sentry/core";
import type { SDK_VERSION, contextLinesIntegration, defaultStackParser, makeNodeTransport } from "@sentry/node";

/** The parts of Sentry's own SDK that are used: its way to the network, and its reading of stacks. */
export interface Sdk {
  readonly SDK_VERSION: typeof SDK_VERSION;
  readonly contextLinesIntegration: typeof contextLinesIntegration;
  readonly defaultStackParser: typeof defaultStackParser;
  readonly exceptionFromError: typeof exceptionFromError;
  readonly getEnvelopeEndpointWithUrlEncodedAuth: typeof getEnvelopeEndpointWithUrlEncodedAuth;
  readonly makeNodeTransport: typeof makeNodeTransport;
}

/** Loading it takes longer than all the rest: an exporter without a DSN does not. */
export async function loadSdk(): Promise<Sdk> {
  const [node, core] = await Promise.all([import("@sentry/node"), import("@sentry/core")]);
  return {
    SDK_VERSION: node.SDK_VERSION,
    contextLinesIntegration: node.contextLinesIntegration,
    defaultStackParser: node.defaultStackParser,
    exceptionFromError: core.exceptionFromError,
    getEnvelopeEndpointWithUrlEncodedAuth: core.getEnvelopeEndpointWithUrlEncodedAuth,
    makeNodeTransport: node.makeNodeTransport,
  };
}
