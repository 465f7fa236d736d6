import { AsyncLocalStorage } from "node:async_hooks";
import { CORE_URL } from "../lib/paths.mjs";
import { pause } from "../lib/report.mjs";
import { sentryDsn } from "../lib/vendors.mjs";

const INPUT = "What are the tides at the old harbour tomorrow, and when is it light?";
const OUTPUT = "High water at 06:12 and 18:40, low water at 12:25; light from 05:31 until 20:02. ".repeat(2);
const QUESTION = { question: INPUT };
const TOOL = "tides";
const AGENT = "bench";

/** Unique, so that the backend can tell which spans have arrived; in the output, so that a span without its end has not. */
function outputOf(index) {
  return `${OUTPUT}benchspan-${index}`;
}

const ignore = () => {};

/**
 * Ways to tell about an agent's runs and the spans of work in them, each as its makers show it. `startRun()` returns
 * `span(index, work)`, which does the work inside a span, and `end()`. `flush()` resolves when what was told is sent,
 * `shutdown()` when nothing is left to do. Ours also tells about tokens, how many events it told of, and its exporters'
 * accounts.
 */
export const TRACERS = {
  nothing() {
    const run = { span: (index, work) => work(), end: ignore };
    return { startRun: () => run, flush: async () => {}, shutdown: async () => {} };
  },

  async charm({ folder }) {
    const { TelemetryManager } = await import(CORE_URL);
    const manager = await TelemetryManager.load(folder);
    let runs = 0;
    let events = 0;
    return {
      startRun() {
        const run = manager.startRun(QUESTION);
        const index = runs++;
        events++;
        return {
          token(text) {
            run.token(text);
            events++;
          },
          span(index, work) {
            const tool = run.startTool(TOOL, INPUT);
            work();
            tool.end(outputOf(index));
            events += 2;
          },
          end() {
            run.end({ output: `done: benchrun-${index}` });
            events++;
          },
        };
      },
      events: () => events,
      flush: () => manager.flush({ timeoutMs: 60_000 }),
      shutdown: () => manager.shutdown(),
      accounts: () => manager.health().exporters,
    };
  },

  async otlp({ url }) {
    const { context, trace } = await import("@opentelemetry/api");
    const { BasicTracerProvider, BatchSpanProcessor } = await import("@opentelemetry/sdk-trace-base");
    const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
    const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    const tracer = provider.getTracer(AGENT);
    return {
      startRun() {
        const root = tracer.startSpan(AGENT, { attributes: { input: INPUT } });
        const inRun = trace.setSpan(context.active(), root);
        return {
          span(index, work) {
            const span = tracer.startSpan(TOOL, { attributes: { input: INPUT } }, inRun);
            work();
            span.setAttribute("output", outputOf(index));
            span.end();
          },
          end: () => root.end(),
        };
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
    return {
      startRun() {
        const root = startObservation(AGENT, { input: QUESTION });
        return {
          span(index, work) {
            const span = root.startObservation(TOOL, { input: INPUT });
            work();
            span.update({ output: outputOf(index) }).end();
          },
          end: () => root.end(),
        };
      },
      flush: () => processor.forceFlush(),
      shutdown: () => provider.shutdown(),
    };
  },

  async langsmith({ url }) {
    const { Client } = await import("langsmith");
    const { RunTree } = await import("langsmith/run_trees");
    const client = new Client({ apiUrl: url, apiKey: "ls-bench" });
    const finish = (run, outputs) =>
      run
        .end(outputs)
        .then(() => run.patchRun(), ignore)
        .catch(ignore);
    return {
      startRun() {
        const root = new RunTree({ name: AGENT, run_type: "chain", inputs: QUESTION, client, tracingEnabled: true });
        root.postRun().catch(ignore);
        return {
          span(index, work) {
            const run = root.createChild({ name: TOOL, run_type: "tool", inputs: { input: INPUT } });
            run.postRun().catch(ignore);
            work();
            finish(run, { output: outputOf(index) });
          },
          end: () => finish(root, { output: "done" }),
        };
      },
      flush: () => client.awaitPendingTraceBatches(),
      shutdown: () => client.awaitPendingTraceBatches(),
    };
  },

  /** Through a Datadog Agent, which is the SDK's own default and needs no TLS. */
  async "dd-trace"({ url }) {
    // Read once, when the module is loaded.
    process.env.DD_TRACE_AGENT_URL = url;
    const { default: tracer } = await import("dd-trace");
    const { llmobs } = tracer.init({ llmobs: { mlApp: AGENT, agentlessEnabled: false } });
    const flush = async () => {
      llmobs.flush();
      // Nothing can be awaited: twice the SDK's own interval.
      await pause(2000);
    };
    return {
      startRun: () =>
        llmobs.trace({ kind: "agent", name: AGENT }, (root, done) => {
          llmobs.annotate(root, { inputData: QUESTION });
          const inRun = AsyncLocalStorage.snapshot();
          const inSpan = (index, work) =>
            llmobs.trace({ kind: "tool", name: TOOL }, (span) => {
              work();
              llmobs.annotate(span, { inputData: INPUT, outputData: outputOf(index) });
            });
          return { span: (index, work) => inRun(inSpan, index, work), end: () => done() };
        }),
      flush,
      shutdown: flush,
    };
  },

  async sentry({ url }) {
    const Sentry = await import("@sentry/node");
    Sentry.init({ dsn: sentryDsn(new URL(url).host), tracesSampleRate: 1 });
    return {
      startRun() {
        const root = Sentry.startInactiveSpan({
          name: AGENT,
          op: "gen_ai.invoke_agent",
          forceTransaction: true,
          attributes: { "gen_ai.agent.name": AGENT },
        });
        const attributes = { "gen_ai.tool.name": TOOL, "gen_ai.tool.call.arguments": INPUT };
        return {
          span(index, work) {
            Sentry.startSpan({ name: TOOL, op: "gen_ai.execute_tool", parentSpan: root, attributes }, (span) => {
              work();
              span.setAttribute("gen_ai.tool.call.result", outputOf(index));
            });
          },
          end: () => root.end(),
        };
      },
      flush: () => Sentry.flush(60_000),
      shutdown: () => Sentry.close(),
    };
  },

  /** With its exporters for Datadog (through an Agent, as above), LangSmith and Sentry. */
  async mastra({ url }) {
    process.env.DD_TRACE_AGENT_URL = url;
    const { Observability } = await import("@mastra/observability");
    const { DatadogExporter } = await import("@mastra/datadog");
    const { LangSmithExporter } = await import("@mastra/langsmith");
    const { SentryExporter } = await import("@mastra/sentry");
    const exporters = [
      new DatadogExporter({ mlApp: AGENT, apiKey: "dd-bench", agentless: false }),
      new LangSmithExporter({ apiUrl: url, apiKey: "ls-bench" }),
      new SentryExporter({ dsn: sentryDsn(new URL(url).host), tracesSampleRate: 1 }),
    ];
    const observability = new Observability({ configs: { default: { serviceName: AGENT, exporters } } });
    const instance = observability.getDefaultInstance();
    return {
      startRun() {
        const root = instance.startSpan({
          type: "agent_run",
          name: AGENT,
          input: QUESTION,
          attributes: { agentId: AGENT },
        });
        return {
          span(index, work) {
            const span = root.createChildSpan({
              type: "tool_call",
              name: TOOL,
              input: INPUT,
              attributes: { toolId: TOOL },
            });
            work();
            span.end({ output: outputOf(index) });
          },
          end: () => root.end({ output: "done" }),
        };
      },
      async flush() {
        await instance.flush();
        await pause(2000);
      },
      shutdown: () => observability.shutdown(),
    };
  },
};

const SPANS_PER_RUN = 100;
const TOKENS_PER_RUN = 1000;

/** An agent that has one run after the other, each of 100 spans or 1000 tokens. */
export function inRuns(tracer) {
  let run;
  let spans = 0;
  let tokens = 0;
  return {
    span(index, work) {
      run ??= tracer.startRun();
      run.span(index, work);
      if (++spans % SPANS_PER_RUN === 0) this.end();
    },
    token(text) {
      run ??= tracer.startRun();
      run.token(text);
      if (++tokens % TOKENS_PER_RUN === 0) this.end();
    },
    end() {
      run?.end();
      run = undefined;
    },
  };
}
