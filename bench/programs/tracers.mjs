import { CORE_URL } from "../lib/paths.mjs";

const INPUT = "What are the tides at the old harbour tomorrow, and when is it light?";
const OUTPUT = "High water at 06:12 and 18:40, low water at 12:25; light from 05:31 until 20:02. ".repeat(2);

/** Unique, so that the backend can tell one span from the other. */
function nameOf(index) {
  return `benchspan-${index}`;
}

/**
 * Ways to tell about one span of work, each as its makers show it: `span(index, work)` does the work inside a span,
 * `flush()` resolves when what was told is sent, `shutdown()` when nothing is left to do, `end()` ends what is around the
 * spans.
 */
export const TRACERS = {
  nothing() {
    return { span: (index, work) => work(), flush: async () => {}, shutdown: async () => {} };
  },

  async charm({ folder }) {
    const { TelemetryManager } = await import(CORE_URL);
    const manager = await TelemetryManager.load(folder);
    const run = manager.startRun({ question: INPUT });
    return {
      span(index, work) {
        const tool = run.startTool(nameOf(index), INPUT);
        work();
        tool.end(OUTPUT);
      },
      flush: () => manager.flush({ timeoutMs: 20_000 }),
      shutdown: () => manager.shutdown(),
      account: () => manager.health().exporters[0],
      end: () => run.end({ output: "done" }),
    };
  },

  async otlp({ url }) {
    const { BasicTracerProvider, BatchSpanProcessor } = await import("@opentelemetry/sdk-trace-base");
    const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
    const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    const tracer = provider.getTracer("bench");
    return {
      span(index, work) {
        const span = tracer.startSpan(nameOf(index), { attributes: { input: INPUT } });
        work();
        span.setAttribute("output", OUTPUT);
        span.end();
      },
      flush: () => provider.forceFlush(),
      shutdown: () => provider.shutdown(),
    };
  },

  async langfuse({ url }) {
    const { BasicTracerProvider } = await import("@opentelemetry/sdk-trace-base");
    const { LangfuseSpanProcessor } = await import("@langfuse/otel");
    const { setLangfuseTracerProvider, startObservation } = await import("@langfuse/tracing");
    const processor = new LangfuseSpanProcessor({ publicKey: "pk-bench", secretKey: "sk-bench", baseUrl: url });
    const provider = new BasicTracerProvider({ spanProcessors: [processor] });
    setLangfuseTracerProvider(provider);
    const root = startObservation("bench");
    return {
      span(index, work) {
        const span = root.startObservation(nameOf(index), { input: INPUT });
        work();
        span.update({ output: OUTPUT }).end();
      },
      flush: () => processor.forceFlush(),
      shutdown: () => provider.shutdown(),
      end: () => root.end(),
    };
  },

  async langsmith({ url }) {
    const { Client } = await import("langsmith");
    const { RunTree } = await import("langsmith/run_trees");
    const client = new Client({ apiUrl: url, apiKey: "ls-bench" });
    const root = new RunTree({ name: "bench", client, tracingEnabled: true });
    const ignore = () => {};
    root.postRun().catch(ignore);
    return {
      span(index, work) {
        const run = root.createChild({ name: nameOf(index), run_type: "tool", inputs: { input: INPUT } });
        run.postRun().catch(ignore);
        work();
        run
          .end({ output: OUTPUT })
          .then(() => run.patchRun(), ignore)
          .catch(ignore);
      },
      flush: () => client.awaitPendingTraceBatches(),
      shutdown: () => client.awaitPendingTraceBatches(),
    };
  },
};
