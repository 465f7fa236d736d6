import { agentFolder } from "../lib/agent-folder.mjs";
import { withBackend } from "../lib/backend.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { assertAccount, DATADOG_ENVIRONMENT } from "./backend.mjs";

const STEADY = "charm, datadog, 50,000 per second";
const FASTEST = "charm, datadog, as fast as delivered";

export const sustained = {
  name: "sustained",
  title: "Spans that reach one backend",
  repetitions: [3, 1],
  plan: () => ({
    note:
      "Spans told about, sent and counted at a backend on loopback that answers at once: at 50,000 per second for two seconds, and as " +
      "fast as they get delivered (the agent waits while too many are pending). Agent, exporter and backend share the machine's cores.",
    columns: [
      { key: "perSecond", title: "spans per second" },
      { key: "lost", title: "spans lost" },
      { key: "cpuUs", title: "agent's process, CPU µs per span" },
      { key: "bytesPerSpan", title: "bytes per span sent" },
    ],
    cases: [
      { name: STEADY, run: () => ours({ spans: 100_000, perSecond: 50_000 }) },
      { name: FASTEST, run: () => ours({ spans: 100_000, atMostPending: 10_000 }) },
      {
        name: "otlp, as fast as delivered",
        run: () =>
          withBackend("healthy", (server) => send(server, { tracer: "otlp", spans: 40_000, atMostPending: 2000 })),
      },
    ],
    targets: [
      {
        what: "spans to one exporter that the host sustains",
        unit: "per second",
        atLeast: 50_000,
        value: (of) => of(FASTEST, "perSecond"),
      },
      { what: "spans lost at 50,000 per second", atMost: 0, value: (of) => of(STEADY, "lost") },
    ],
  }),
};

async function ours(given) {
  const folder = agentFolder(["datadog"]);
  return withBackend("healthy", (server) => send(server, { tracer: "charm", folder, ...given }));
}

async function send(server, given) {
  const pipe = countingPipe();
  const environment = { ...DATADOG_ENVIRONMENT, CHARM_DATADOG_ENDPOINT: server.url };
  const result = await runProgram("sustained.mjs", { ...given, url: server.url }, { stdout: pipe.fd, environment });
  await pipe.result;
  assertAccount(result.account, result.told);
  const received = await server.received();
  const lost = result.told - received.spans;
  return {
    perSecond: (given.spans - lost) / (result.wallMs / 1000),
    lost,
    cpuUs: (result.processCpuMs * 1000) / given.spans,
    bytesPerSpan: received.bytes / received.spans,
  };
}
