import { CORE_URL } from "../lib/paths.mjs";

/** Ways to tell `count` listeners, which do nothing, about a token; `flush()` resolves when all have been told, `pending()` says
 * how many tokens some listener is behind. */
export const DISPATCHERS = {
  async charm({ folder }) {
    const { TelemetryManager } = await import(CORE_URL);
    const manager = await TelemetryManager.load(folder);
    const run = manager.startRun();
    return {
      token: (text) => run.token(text),
      flush: () => manager.flush({ timeoutMs: 30_000 }),
      pending: () => Math.max(0, ...manager.health().exporters.map(({ pending }) => pending)),
      accounts: () => manager.health().exporters,
    };
  },

  async langchain({ count }) {
    const { CallbackManager } = await import("@langchain/core/callbacks/manager");
    const { BaseCallbackHandler } = await import("@langchain/core/callbacks/base");
    const { awaitAllCallbacks } = await import("@langchain/core/callbacks/promises");
    class Noop extends BaseCallbackHandler {
      name = "noop";
      handleLLMNewToken() {}
    }
    const manager = new CallbackManager();
    for (let index = 0; index < count; index++) manager.addHandler(new Noop());
    const serialized = { lc: 1, type: "not_implemented", id: ["bench"] };
    const [run] = await manager.handleLLMStart(serialized, ["When is high water?"]);
    return { token: (text) => run.handleLLMNewToken(text), flush: () => awaitAllCallbacks() };
  },

  async opentelemetry({ count }) {
    const { BasicTracerProvider, BatchSpanProcessor } = await import("@opentelemetry/sdk-trace-base");
    const noop = { export: (spans, done) => done({ code: 0 }), shutdown: async () => {}, forceFlush: async () => {} };
    const spanProcessors = Array.from({ length: count }, () => new BatchSpanProcessor(noop));
    const provider = new BasicTracerProvider({ spanProcessors });
    const tracer = provider.getTracer("bench");
    return {
      token: (text) => tracer.startSpan("token", { attributes: { text } }).end(),
      flush: () => provider.forceFlush(),
    };
  },
};
