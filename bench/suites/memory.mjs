import { assertAccounts } from "../lib/accounts.mjs";
import { agentFolder } from "../lib/agent-folder.mjs";
import { withBackend } from "../lib/backend.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { VENDORS, vendorEnvironment } from "../lib/vendors.mjs";

const RUNS = 4000;
const PEERS = {
  "dd-trace": "dd-trace",
  langsmith: "langsmith RunTree",
  sentry: "@sentry/node",
  mastra: "Mastra, all three",
};

export const memory = {
  name: "memory",
  title: "Memory of open runs",
  repetitions: [2, 1],
  plan: (quick) => ({
    note:
      `${RUNS.toLocaleString("en")} runs are opened, each tells of one span and stays open; backends are healthy, and what can be sent is sent. ` +
      "Megabytes that this adds to the process (all its threads, with what they have not yet collected) and to the main thread's heap after " +
      "a collection, per 1,000 runs; megabytes of the process then.",
    columns: [
      { key: "residentMb", title: "process, MB per 1,000 runs" },
      { key: "heapMb", title: "main heap, MB per 1,000 runs" },
      { key: "processMb", title: "process, MB" },
    ],
    cases: [
      { name: "charm, stdout alone", run: () => ours([]) },
      { name: "charm, datadog", run: () => ours(["datadog"]) },
      { name: "charm, all three", run: () => ours(VENDORS) },
      ...(quick
        ? []
        : Object.entries(PEERS).map(([tracer, name]) => ({ name, once: true, run: () => hold({ tracer }) }))),
    ],
  }),
};

function ours(vendors) {
  return hold({ tracer: "charm", folder: agentFolder(vendors) }, vendors);
}

function hold(given, vendors) {
  return withBackend("healthy", async (server) => {
    const pipe = countingPipe();
    const environment = given.tracer === "charm" ? vendorEnvironment(server.url) : {};
    const options = { stdout: pipe.fd, environment, timeoutMs: 180_000, flags: ["--expose-gc"] };
    const result = await runProgram("memory.mjs", { ...given, runs: RUNS, url: server.url }, options);
    await pipe.result;
    if (vendors !== undefined) assertAccounts(result.accounts, vendors, result.events);
    return result;
  });
}
