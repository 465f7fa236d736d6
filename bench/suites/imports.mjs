import { agentFolder } from "../lib/agent-folder.mjs";
import { runProgram } from "../lib/child.mjs";
import { PUBLISHED_CORE_URL } from "../lib/paths.mjs";
import { vendorEnvironment } from "../lib/vendors.mjs";

const CORE = "charm core";
const LOAD = "charm core and load(), datadog in charm.yaml";

const MODULES = {
  [CORE]: [PUBLISHED_CORE_URL],
  pino: ["pino"],
  langfuse: ["@opentelemetry/sdk-trace-base", "@langfuse/otel", "@langfuse/tracing"],
  langsmith: ["langsmith"],
  "dd-trace": ["dd-trace"],
  "@sentry/node": ["@sentry/node"],
  "Mastra observability": ["@mastra/observability"],
  "LangChain callbacks": ["@langchain/core/callbacks/manager"],
  "OpenTelemetry SDK and OTLP": ["@opentelemetry/sdk-trace-base", "@opentelemetry/exporter-trace-otlp-http"],
};

export const imports = {
  name: "import",
  title: "Import",
  repetitions: [7, 3],
  plan() {
    const folder = agentFolder(["datadog"]);
    const environment = vendorEnvironment("http://127.0.0.1:9");
    return {
      note:
        "Milliseconds of the main thread in a new process until `import` has resolved, files in the system's cache; with `load()` until that " +
        "has resolved, too.",
      columns: [
        { key: "milliseconds", title: "ms" },
        { key: "ratio", title: "to ours", ratioOf: "milliseconds", to: CORE },
        { key: "toPino", ratioOf: "milliseconds", to: "pino", isHidden: true },
      ],
      cases: [
        ...Object.entries(MODULES).map(([name, modules]) => ({
          name,
          run: () => runProgram("import.mjs", { modules }),
        })),
        { name: LOAD, run: () => runProgram("import.mjs", { modules: [PUBLISHED_CORE_URL], folder }, { environment }) },
      ],
      targets: [
        { what: "import of core", unit: "ms", atMost: 15, value: (of) => of(CORE, "milliseconds") },
        { what: "import of core, to pino", unit: "×", atMost: 0.94, value: (of) => of(CORE, "toPino") },
        {
          what: "import and load() with a charm.yaml",
          unit: "ms",
          atMost: 50,
          value: (of) => of(LOAD, "milliseconds"),
        },
        {
          what: "import and load() with a charm.yaml, to pino",
          unit: "×",
          atMost: 3.1,
          value: (of) => of(LOAD, "toPino"),
        },
      ],
    };
  },
};
