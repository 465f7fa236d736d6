import { assertAccounts } from "../lib/accounts.mjs";
import { agentFolder } from "../lib/agent-folder.mjs";
import { withBackend } from "../lib/backend.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { VENDORS, vendorEnvironment, VENDORS_OF } from "../lib/vendors.mjs";

const ALONE = "stdout alone";
const ALL = "all three";
const COUNTS = { token: 40_000, span: 8000 };
const CASES = { [ALONE]: [], ...Object.fromEntries(VENDORS.map((vendor) => [vendor, [vendor]])), [ALL]: VENDORS };

/** Few, as some take a millisecond of each; flushed before they begin to drop spans. */
const PEERS = {
  "dd-trace": { tracer: "dd-trace", count: 1500, flushEvery: 500 },
  "langsmith RunTree": { tracer: "langsmith", count: 2000, flushEvery: 500 },
  "@sentry/node": { tracer: "sentry", count: 4000, flushEvery: 1000 },
  "Mastra, all three": { tracer: "mastra", count: 1000, flushEvery: 500 },
};

export const cost = {
  name: "cost",
  title: "The real exporters on the agent's thread",
  repetitions: [3, 1],
  plan: (quick) => ({
    note:
      "CPU per token and per span (a tool call of about 70 bytes of input and 160 of output, two lines on stdout) with none, one and " +
      "all of the exporters for Datadog, LangSmith and Sentry on, with healthy backends: of the main thread, which is the agent's, and of " +
      "the whole process, in both until everything is sent: what exporters take while the agent waits for one that is far behind, " +
      "and in the last flush, counts. The vendors' own SDKs, and Mastra with its exporters for all three, tell about the same spans, write " +
      "nothing to stdout and know no tokens; they are flushed whole after every 500 or 1,000 spans. Mastra's exporter for LangSmith " +
      "loses the end of a span that ends in the turn in which it began.",
    columns: [
      { key: "tokenNs", title: "token, main ns" },
      { key: "tokenRatio", title: "to stdout alone", ratioOf: "tokenNs", to: ALONE },
      { key: "tokenAllNs", title: "token, all threads ns" },
      { key: "spanUs", title: "span, main µs" },
      { key: "spanRatio", title: "to stdout alone", ratioOf: "spanUs", to: ALONE },
      { key: "spanAllUs", title: "span, all threads µs" },
      { key: "lostPercent", title: "not delivered, %", isOptional: true },
    ],
    cases: [
      ...Object.entries(CASES).map(([name, vendors]) => ({ name, run: () => ours(vendors) })),
      ...Object.entries(quick ? {} : PEERS).map(([name, given]) => ({ name, once: true, run: () => theirs(given) })),
    ],
    targets: ["token", "span"].flatMap((kind) => [
      ...VENDORS.map((vendor) => ({
        what: `${kind} with ${vendor}, to stdout alone`,
        unit: "×",
        atMost: 1.3,
        value: (of) => of(vendor, `${kind}Ratio`),
      })),
      {
        what: `${kind} with all three, to stdout alone`,
        unit: "×",
        atMost: 1.3,
        value: (of) => of(ALL, `${kind}Ratio`),
      },
      {
        what: `${kind} with all three, to one of them on average`,
        unit: "×",
        atMost: 1.1, // flat, give or take
        value: (of) => of(ALL, `${kind}Ratio`) / mean(VENDORS.map((vendor) => of(vendor, `${kind}Ratio`))),
      },
    ]),
  }),
};

async function ours(vendors) {
  const folder = agentFolder(vendors);
  const measure = (kind) => {
    const given = { tracer: "charm", folder, kind, count: COUNTS[kind] };
    return withBackend("healthy", async (server) => {
      const result = await run(given, vendorEnvironment(server.url));
      assertAccounts(result.accounts, vendors, result.events);
      return result;
    });
  };
  const token = await measure("token");
  const span = await measure("span");
  const accounts = [...token.accounts, ...span.accounts];
  return {
    tokenNs: token.mainUs * 1000,
    tokenAllNs: token.allUs * 1000,
    spanUs: span.mainUs,
    spanAllUs: span.allUs,
    lostPercent: Math.max(0, ...accounts.map(({ accepted, delivered }) => (1 - delivered / accepted) * 100)),
  };
}

function theirs(given) {
  return withBackend("healthy", async (server) => {
    const { mainUs, allUs, told } = await run({ ...given, kind: "span", url: server.url }, {});
    const { spans } = await server.received();
    const arrived = Math.min(...VENDORS_OF[given.tracer].map((vendor) => spans[vendor] ?? 0));
    return { spanUs: mainUs, spanAllUs: allUs, lostPercent: (1 - arrived / told) * 100 };
  });
}

async function run(given, environment) {
  const pipe = countingPipe();
  const { mainCpuMs, processCpuMs, ...rest } = await runProgram("cost.mjs", given, {
    stdout: pipe.fd,
    environment,
    timeoutMs: 180_000,
  });
  await pipe.result;
  return { ...rest, mainUs: (mainCpuMs * 1000) / given.count, allUs: (processCpuMs * 1000) / given.count };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
