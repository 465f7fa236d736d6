import { agentFolder } from "../lib/agent-folder.mjs";
import { withBackend } from "../lib/backend.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { calibrate } from "../programs/busy.mjs";

const WORK_US = 5;
const ALONE = "charm, stdout alone";
const HEALTHY = "charm, datadog healthy";
const HUNG = "charm, datadog hung";
const SPANS = { nothing: 100_000, charm: 100_000, otlp: 40_000, langfuse: 20_000, langsmith: 5_000 };

export const DATADOG_ENVIRONMENT = { CHARM_TELEMETRY_ISOLATION: "worker", DD_API_KEY: "not-a-real-datadog-key" };

export const backend = {
  name: "backend",
  title: "An agent at work, with a healthy and with a hung backend",
  repetitions: [3, 2],
  plan(quick) {
    const iterations = calibrate(WORK_US);
    const peers = quick ? [] : ["otlp", "langfuse", "langsmith"];
    return {
      note:
        `Each span is ${WORK_US} µs of the agent's own work, told about with about 70 bytes of input and 160 of output, as fast as the agent ` +
        "can, with a turn of the event loop after every 20. Microseconds per span, everything included; main-thread CPU; peak memory of the " +
        "process; spans that a healthy backend did not get though the agent waited for the flush. The hung backend accepts and never answers. " +
        "Ours prints two lines per span to a pipe as well; ratios of time to no telemetry and, for ours, to stdout alone.",
      columns: [
        { key: "us", title: "µs per span" },
        { key: "toNothing", title: "to no telemetry", ratioOf: "us", to: "no telemetry" },
        { key: "toAlone", title: "to stdout alone", ratioOf: "us" },
        { key: "cpuUs", title: "main CPU, µs" },
        { key: "cpuToAlone", title: "CPU to stdout alone", ratioOf: "cpuUs" },
        { key: "peakMb", title: "peak memory, MB" },
        { key: "lostPercent", title: "spans lost, %" },
      ],
      cases: [
        { name: "no telemetry", run: () => work("nothing", { iterations }) },
        { name: ALONE, run: () => ours([], undefined, iterations) },
        { name: HEALTHY, base: ALONE, run: () => ours(["datadog"], "healthy", iterations) },
        { name: HUNG, base: ALONE, run: () => ours(["datadog"], "hung", iterations) },
        ...peers.flatMap((tracer) =>
          ["healthy", "hung"].map((behaviour) => ({
            name: `${tracer} ${behaviour}`,
            once: tracer === "langsmith",
            run: () => withBackend(behaviour, (server) => work(tracer, { iterations, server, behaviour })),
          })),
        ),
      ],
      targets: [
        {
          what: "every backend hung: agent's work, to stdout alone",
          unit: "×",
          atMost: 1.02,
          value: (of) => of(HUNG, "toAlone"),
        },
        {
          what: "every backend hung: memory above a healthy one",
          unit: "MB",
          atMost: 50,
          value: (of) => of(HUNG, "peakMb") - of(HEALTHY, "peakMb"),
        },
        {
          what: "healthy backend: agent's work, to stdout alone",
          unit: "×",
          atMost: 1.05,
          value: (of) => of(HEALTHY, "toAlone"),
        },
      ],
    };
  },
};

async function ours(telemetry, behaviour, iterations) {
  const folder = agentFolder(telemetry);
  if (behaviour === undefined) return work("charm", { iterations, folder });
  return withBackend(behaviour, (server) => work("charm", { iterations, folder, server, behaviour }));
}

async function work(tracer, { iterations, folder, server, behaviour }) {
  const spans = SPANS[tracer];
  const pipe = countingPipe();
  const environment = server === undefined ? {} : { ...DATADOG_ENVIRONMENT, CHARM_DATADOG_ENDPOINT: server.url };
  const given = {
    tracer,
    spans,
    iterations,
    perTurn: 20,
    folder,
    url: server?.url,
    isFlushed: behaviour === "healthy",
  };
  const result = await runProgram("spans.mjs", given, { stdout: pipe.fd, environment });
  await pipe.result;
  assertAccount(result.account, result.told);
  return {
    us: (result.wallMs * 1000) / spans,
    cpuUs: (result.mainCpuMs * 1000) / spans,
    peakMb: result.peakMb,
    ...(behaviour === "healthy" ? { lostPercent: (1 - (await server.received()).spans / result.told) * 100 } : {}),
  };
}

/** A figure of an exporter that was not told everything, or cannot say what became of it, is worth nothing. */
export function assertAccount(account, spans) {
  if (account === undefined) return;
  const { accepted, delivered, dropped, pending } = account;
  const told = 1 + 2 * spans;
  if (accepted < told || accepted !== delivered + dropped + pending)
    throw new Error(`the account does not add up: ${told} events told, ${JSON.stringify(account)}`);
}
