import { assertAccounts } from "../lib/accounts.mjs";
import { agentFolder } from "../lib/agent-folder.mjs";
import { withBackend } from "../lib/backend.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { VENDORS, vendorEnvironment, VENDORS_OF } from "../lib/vendors.mjs";

const OFFERED = 50_000;
const ALL = "charm, all three";
/** Some seconds for each. */
const FASTEST_SPANS = { datadog: 50_000, langsmith: 15_000, sentry: 30_000 };

export const sustained = {
  name: "sustained",
  title: "Spans that reach the backends",
  repetitions: [2, 1],
  plan: (quick) => ({
    note:
      `Spans told about, sent and counted at backends on loopback that answer at once: ${OFFERED.toLocaleString("en")} per second offered for two ` +
      "seconds, and as fast as they get delivered. Ours can be asked what is pending: the agent waits while that is more than " +
      "10,000 events, and the exporter is never idle. Peers cannot: the agent waits for a whole flush after every 2,000 spans " +
      "(OTLP), 1,000 (Sentry) or 500 (LangSmith), which keeps them from losing spans and costs them throughput. Spans per second are those that " +
      "have arrived, in the time until the flush was done; of three backends the one that got least counts, and a span that reached all " +
      "three is one; lost uncounted are those that an exporter says it has delivered. Agent, exporters and backends share the machine's " +
      "cores. dd-trace, and Mastra with it, are left out: its flush cannot be waited for, and it keeps 1,000 spans between two sends, a second apart.",
    columns: [
      { key: "perSecond", title: "spans per second" },
      { key: "lostPercent", title: "lost, %" },
      { key: "lost", isHidden: true },
      { key: "uncounted", title: "lost uncounted" },
      { key: "cpuUs", title: "agent's process, CPU µs per span" },
      { key: "bytesPerSpan", title: "bytes per span sent" },
    ],
    cases: [
      ...VENDORS.map((vendor) => ({
        name: offered(vendor),
        run: () => ours([vendor], { spans: 2 * OFFERED, perSecond: OFFERED }),
      })),
      ...VENDORS.map((vendor) => ({
        name: fastest(vendor),
        run: () => ours([vendor], { spans: FASTEST_SPANS[vendor], atMostPending: 10_000 }),
      })),
      { name: `${ALL}, as fast as delivered`, run: () => ours(VENDORS, { spans: 10_000, atMostPending: 10_000 }) },
      ...(quick
        ? []
        : [
            { name: "otlp, as fast as delivered", run: () => theirs("otlp", { spans: 40_000, atMostPending: 2000 }) },
            {
              name: "@sentry/node, as fast as delivered",
              run: () => theirs("sentry", { spans: 20_000, atMostPending: 1000 }),
            },
            {
              name: "langsmith RunTree, as fast as delivered",
              once: true,
              run: () => theirs("langsmith", { spans: 2000, atMostPending: 500 }),
            },
          ]),
    ],
    targets: VENDORS.flatMap((vendor) => [
      {
        what: `spans that the host sustains to ${vendor}`,
        unit: "per second",
        atLeast: OFFERED,
        value: (of) => of(fastest(vendor), "perSecond"),
      },
      {
        what: `spans to ${vendor} lost, when ${OFFERED.toLocaleString("en")} per second are offered`,
        atMost: 0,
        value: (of) => of(offered(vendor), "lost"),
      },
      {
        what: `spans to ${vendor} lost uncounted, when ${OFFERED.toLocaleString("en")} per second are offered`,
        atMost: 0,
        value: (of) => of(offered(vendor), "uncounted"),
      },
    ]),
  }),
};

function offered(vendor) {
  return `charm, ${vendor}, ${OFFERED.toLocaleString("en")} per second`;
}

function fastest(vendor) {
  return `charm, ${vendor}, as fast as delivered`;
}

function ours(vendors, given) {
  const folder = agentFolder(vendors);
  return withBackend("healthy", (server) => send(server, { tracer: "charm", folder, ...given }, vendors));
}

function theirs(tracer, given) {
  return withBackend("healthy", (server) => send(server, { tracer, ...given }, VENDORS_OF[tracer]));
}

async function send(server, given, vendors) {
  const pipe = countingPipe();
  const environment = given.tracer === "charm" ? vendorEnvironment(server.url) : {};
  const options = { stdout: pipe.fd, environment, timeoutMs: 180_000 };
  const result = await runProgram("sustained.mjs", { ...given, url: server.url }, options);
  await pipe.result;
  if (given.tracer === "charm") assertAccounts(result.accounts, vendors, result.events);
  const { spans, runs, bytes } = await server.received();
  const arrived = Math.min(...vendors.map((vendor) => spans[vendor] ?? 0));
  const lost = result.told - arrived;
  return {
    perSecond: (given.spans - lost) / (result.wallMs / 1000),
    lost,
    lostPercent: (lost / given.spans) * 100,
    ...(given.tracer === "charm" ? { uncounted: uncounted(result.accounts, spans, runs) } : {}),
    cpuUs: (result.processCpuMs * 1000) / given.spans,
    bytesPerSpan: vendors.reduce((sum, vendor) => sum + (bytes[vendor] ?? 0) / (spans[vendor] ?? 0), 0),
  };
}

/** What exporters say they have delivered and no backend has got, in spans. Each span and each run is two events. */
function uncounted(accounts, spans, runs) {
  const claimed = accounts.map(({ name, delivered }) => delivered / 2 - (spans[name] ?? 0) - (runs[name] ?? 0));
  return Math.max(0, ...claimed);
}
