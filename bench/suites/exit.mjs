import { agentFolder } from "../lib/agent-folder.mjs";
import { withBackend } from "../lib/backend.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";
import { VENDORS, vendorEnvironment, VENDORS_OF } from "../lib/vendors.mjs";

const CAP_MS = 12_000;
const SPANS = 200;
const PEERS = ["otlp", "langfuse", "langsmith"];
const BARE = "no telemetry";
const HUNG = "charm, datadog hung";
const ALL = "charm, all three";

export const exit = {
  name: "exit",
  title: "The end of the process",
  repetitions: [3, 1],
  plan(quick) {
    return {
      note:
        `Milliseconds from the agent's last statement to the end of its process, after ${SPANS} spans, and spans that a healthy backend (of three: any) did not get. ` +
        `Ours has its default deadline of 2 s. Nothing is called at the end, unless said; ${CAP_MS.toLocaleString("en")} means: still alive then, and killed.`,
      columns: [
        { key: "exitMs", title: "ms to exit" },
        { key: "missing", title: "spans not delivered" },
      ],
      cases: [
        { name: BARE, run: () => end("nothing", {}) },
        { name: "charm, stdout alone", run: () => ours([], undefined, "natural") },
        { name: "charm, datadog healthy", run: () => ours(["datadog"], "healthy", "natural") },
        { name: "charm, datadog healthy, process.exit", run: () => ours(["datadog"], "healthy", "process.exit") },
        { name: HUNG, run: () => ours(["datadog"], "hung", "natural") },
        { name: `${HUNG}, process.exit`, run: () => ours(["datadog"], "hung", "process.exit") },
        { name: `${ALL} healthy, process.exit`, run: () => ours(VENDORS, "healthy", "process.exit") },
        { name: `${ALL} hung, process.exit`, run: () => ours(VENDORS, "hung", "process.exit") },
        ...(quick ? [] : [...healthyPeers(), ...hungPeers()]),
      ],
      targets: [
        {
          what: "hung backend: exit beyond Node's own",
          unit: "ms",
          atMost: 2100, // the deadline of 2 s, and what it takes to notice it
          value: (of) => of(HUNG, "exitMs") - of(BARE, "exitMs"),
        },
        {
          what: "hung backend: process.exit beyond Node's own",
          unit: "ms",
          atMost: 2100,
          value: (of) => of(`${HUNG}, process.exit`, "exitMs") - of(BARE, "exitMs"),
        },
        {
          what: "healthy backend: spans missing after process.exit",
          atMost: 0,
          value: (of) => of("charm, datadog healthy, process.exit", "missing"),
        },
        {
          what: "three hung backends: process.exit beyond Node's own",
          unit: "ms",
          atMost: 2100,
          value: (of) => of(`${ALL} hung, process.exit`, "exitMs") - of(BARE, "exitMs"),
        },
        {
          what: "three healthy backends: spans missing after process.exit",
          atMost: 0,
          value: (of) => of(`${ALL} healthy, process.exit`, "missing"),
        },
      ],
    };
  },
};

/** They do nothing but wait: all wait at the same time. */
function hungPeers() {
  let waiting;
  const cases = PEERS.flatMap((tracer) => [
    { name: `${tracer} hung`, tracer, ending: "natural" },
    { name: `${tracer} hung, shutdown awaited`, tracer, ending: "shutdown" },
  ]);
  const startAll = () =>
    cases.map(({ tracer, ending }) =>
      withBackend("hung", (server) => end(tracer, { server, ending, vendors: VENDORS_OF[tracer] })).catch(
        (error) => error,
      ),
    );
  return cases.map(({ name }, index) => ({
    name,
    once: true,
    async run() {
      waiting ??= startAll();
      const result = await waiting[index];
      if (result instanceof Error) throw result;
      return result;
    },
  }));
}

function healthyPeers() {
  return PEERS.flatMap((tracer) => [
    { name: `${tracer} healthy`, run: () => theirs(tracer, "natural") },
    { name: `${tracer} healthy, process.exit`, run: () => theirs(tracer, "process.exit") },
  ]);
}

function theirs(tracer, ending) {
  return withBackend("healthy", (server) => end(tracer, { server, ending, vendors: VENDORS_OF[tracer] }));
}

async function ours(telemetry, behaviour, ending) {
  const folder = agentFolder(telemetry);
  if (behaviour === undefined) return end("charm", { folder, ending });
  return withBackend(behaviour, (server) => end("charm", { folder, server, ending, vendors: telemetry }));
}

async function end(tracer, { folder, server, ending = "natural", vendors = [] }) {
  const pipe = countingPipe();
  const environment = tracer === "charm" && server !== undefined ? vendorEnvironment(server.url) : {};
  const given = { tracer, folder, url: server?.url, ending, spans: SPANS };
  const options = { stdout: pipe.fd, environment, timeoutMs: CAP_MS + 2000 };
  const { doneNs, endNs, isKilled } = await runProgram("exit.mjs", given, options);
  const exitMs = isKilled ? CAP_MS : Math.min(CAP_MS, Number(endNs - BigInt(doneNs)) / 1e6);
  if (!server?.isHealthy) return { exitMs };
  const { spans } = await server.received();
  return { exitMs, missing: Math.max(...vendors.map((vendor) => SPANS - (spans[vendor] ?? 0))) };
}
