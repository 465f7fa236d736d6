import { assertAccounts } from "../lib/accounts.mjs";
import { agentFolder } from "../lib/agent-folder.mjs";
import { withBackend } from "../lib/backend.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { VENDORS, vendorEnvironment } from "../lib/vendors.mjs";

const ALONE = "stdout alone";
const ALL = "all three";
const CASES = { [ALONE]: [], ...Object.fromEntries(VENDORS.map((vendor) => [vendor, [vendor]])), [ALL]: VENDORS };

export const cost = {
  name: "cost",
  title: "The real exporters on the agent's thread",
  repetitions: [3, 1],
  plan: (quick) => {
    const given = quick ? { tokens: 40_000, spans: 8000 } : { tokens: 60_000, spans: 10_000 };
    return {
      note:
        "CPU per token and per span (a tool call of about 70 bytes of input and 160 of output, two lines on stdout) with none, one and " +
        "all of the exporters for Datadog, LangSmith and Sentry on, with healthy backends: of the main thread, which is the agent's, and of " +
        "the whole process. The agent waits, which is not counted, while an exporter is far behind.",
      columns: [
        { key: "tokenNs", title: "token, main ns" },
        { key: "tokenRatio", title: "to stdout alone", ratioOf: "tokenNs", to: ALONE },
        { key: "tokenAllNs", title: "token, all threads ns" },
        { key: "spanUs", title: "span, main µs" },
        { key: "spanRatio", title: "to stdout alone", ratioOf: "spanUs", to: ALONE },
        { key: "spanAllUs", title: "span, all threads µs" },
        { key: "undelivered", title: "events not delivered", isOptional: true },
      ],
      cases: Object.entries(CASES).map(([name, vendors]) => ({ name, run: () => measure(vendors, given) })),
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
          what: `${kind} with all three, to the dearest one`,
          unit: "×",
          atMost: 1.1, // flat, give or take
          value: (of) => of(ALL, `${kind}Ratio`) / Math.max(...VENDORS.map((vendor) => of(vendor, `${kind}Ratio`))),
        },
      ]),
    };
  },
};

function measure(vendors, given) {
  const folder = agentFolder(vendors);
  return withBackend("healthy", async (server) => {
    const pipe = countingPipe();
    const options = { stdout: pipe.fd, environment: vendorEnvironment(server.url), timeoutMs: 180_000 };
    const { token, span, told, accounts } = await runProgram("cost.mjs", { ...given, folder }, options);
    await pipe.result;
    assertAccounts(accounts, vendors, told);
    return {
      tokenNs: token.mainUs * 1000,
      tokenAllNs: token.allUs * 1000,
      spanUs: span.mainUs,
      spanAllUs: span.allUs,
      undelivered: Math.max(0, ...accounts.map(({ accepted, delivered }) => accepted - delivered)),
    };
  });
}
