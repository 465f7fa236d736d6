import { assertAccounts } from "../lib/accounts.mjs";
import { agentFolder } from "../lib/agent-folder.mjs";
import { withBackend } from "../lib/backend.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { VENDORS, vendorEnvironment, VENDORS_OF } from "../lib/vendors.mjs";
import { calibrate } from "../programs/busy.mjs";

const WORK_US = 5;
/** Until a request that is not answered was given up and tried again. */
const LINGER_MS = 15_000;
const ALONE = "charm, stdout alone";
const ONE = "charm, datadog";
const ALL = "charm, all three";

/** Fewer for those that would take minutes; those with fewer than 20,000 are measured once. */
const SPANS = {
  nothing: 50_000,
  charm: 50_000,
  otlp: 40_000,
  langfuse: 20_000,
  "dd-trace": 20_000,
  sentry: 20_000,
  langsmith: 4000,
  mastra: 3000,
};
const TITLES = { langsmith: "langsmith RunTree", sentry: "@sentry/node", mastra: "Mastra, all three" };

export const backend = {
  name: "backend",
  title: "An agent at work, with healthy and with hung backends",
  repetitions: [3, 1],
  plan(quick) {
    const iterations = calibrate(WORK_US);
    const peers = quick ? [] : Object.keys(VENDORS_OF);
    return {
      note:
        `Each span is ${WORK_US} µs of the agent's own work, told about with about 70 bytes of input and 160 of output, as fast as the agent ` +
        "can, with a turn of the event loop after every 20 and a new run after every 100. Microseconds per span, everything included; " +
        "main-thread CPU; peak memory of the process; spans whose output a healthy backend did not get though the agent waited for the " +
        "flush. A hung backend accepts and never answers: once, the peak is also " +
        `read ${LINGER_MS / 1000} s later, when our exporters have given up their requests (after 10 s) and sent them again. Ours ` +
        "prints two lines per span to a pipe as well; ratios of time to no telemetry and, for ours, to stdout alone. Mastra's exporter for LangSmith loses the end of a span that ends in the turn in " +
        "which it began, which is every one here; with a pause in each span it sends them.",
      columns: [
        { key: "us", title: "µs per span" },
        { key: "toNothing", title: "to no telemetry", ratioOf: "us", to: "no telemetry" },
        { key: "toAlone", title: "to stdout alone", ratioOf: "us" },
        { key: "cpuUs", title: "main CPU, µs" },
        { key: "cpuToAlone", title: "CPU to stdout alone", ratioOf: "cpuUs" },
        { key: "peakMb", title: "peak memory, MB" },
        { key: "laterPeakMb", title: `${LINGER_MS / 1000} s later` },
        { key: "lostDatadog", title: "lost to Datadog, %" },
        { key: "lostLangsmith", title: "to LangSmith, %" },
        { key: "lostSentry", title: "to Sentry, %" },
        { key: "lostOtlp", title: "to OTLP, %", isOptional: true },
      ],
      cases: [
        { name: "no telemetry", run: () => work("nothing", { iterations }) },
        { name: ALONE, run: () => work("charm", { iterations, folder: agentFolder([]) }) },
        ...both(ONE, (behaviour, round) => ours(["datadog"], behaviour, { iterations, round }), { base: ALONE }),
        ...both(ALL, (behaviour, round) => ours(VENDORS, behaviour, { iterations, round }), { base: ALONE }),
        ...peers.flatMap((tracer) =>
          both(TITLES[tracer] ?? tracer, (behaviour) => theirs(tracer, behaviour, iterations), {
            once: SPANS[tracer] < 20_000,
          }),
        ),
      ],
      targets: [
        ...[ONE, ALL].flatMap((who) => [
          ...limits(`${who} hung`, 1.02),
          {
            what: `${who} hung: memory above healthy`,
            unit: "MB",
            atMost: 50,
            value: (of) => of(`${who} hung`, "laterPeakMb") - of(`${who} healthy`, "peakMb"),
          },
          ...limits(`${who} healthy`, 1.05),
        ]),
      ],
    };
  },
};

/** Wall-clock time is what the agent's user waits; with as many busy threads as cores it is also what they take from each other. */
function limits(name, atMost) {
  return [
    { what: `${name}: agent's work, to stdout alone`, unit: "×", atMost, value: (of) => of(name, "toAlone") },
    { what: `${name}: main-thread CPU, to stdout alone`, unit: "×", atMost, value: (of) => of(name, "cpuToAlone") },
  ];
}

function both(name, run, options) {
  return ["healthy", "hung"].map((behaviour) => ({
    name: `${name} ${behaviour}`,
    run: (round) => run(behaviour, round),
    ...options,
  }));
}

function ours(vendors, behaviour, { iterations, round }) {
  const folder = agentFolder(vendors);
  const lingerMs = behaviour === "hung" && round === 0 ? LINGER_MS : undefined;
  return withBackend(behaviour, (server) => work("charm", { iterations, folder, server, vendors, lingerMs }));
}

function theirs(tracer, behaviour, iterations) {
  const vendors = VENDORS_OF[tracer];
  return withBackend(behaviour, (server) => work(tracer, { iterations, server, vendors }));
}

async function work(tracer, { iterations, folder, server, vendors = [], lingerMs }) {
  const spans = SPANS[tracer];
  const pipe = countingPipe();
  const environment = tracer === "charm" && server !== undefined ? vendorEnvironment(server.url) : {};
  const isFlushed = server?.isHealthy ?? false;
  const given = { tracer, spans, iterations, perTurn: 20, folder, url: server?.url, isFlushed, lingerMs };
  const result = await runProgram("spans.mjs", given, { stdout: pipe.fd, environment, timeoutMs: 180_000 });
  await pipe.result;
  if (tracer === "charm") assertAccounts(result.accounts, vendors, result.events);
  return {
    us: (result.wallMs * 1000) / spans,
    cpuUs: (result.mainCpuMs * 1000) / spans,
    peakMb: result.peakMb,
    laterPeakMb: result.laterPeakMb,
    ...(isFlushed ? lostPercents(vendors, await server.received(), result.told) : {}),
  };
}

function lostPercents(vendors, received, told) {
  return Object.fromEntries(
    vendors.map((vendor) => [
      `lost${vendor[0].toUpperCase()}${vendor.slice(1)}`,
      (1 - (received.spans[vendor] ?? 0) / told) * 100,
    ]),
  );
}
