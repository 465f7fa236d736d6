import { agentFolder } from "../lib/agent-folder.mjs";
import { runProgram } from "../lib/child.mjs";
import { countingPipe } from "../lib/pipe.mjs";

const COUNTS = [1, 3, 8];

export const exporters = {
  name: "exporters",
  title: "The same token with more exporters",
  repetitions: [5, 2],
  plan: () => ({
    note:
      "Nanoseconds of CPU per token with 0, 1, 3 and 8 exporters that do nothing: on the main thread, which is the agent's, and in the " +
      "whole process. Ours writes its line to a pipe as well; LangChain (a token told to n callback handlers) and OpenTelemetry (a span " +
      "started and ended, n batch span processors) write nothing. A turn of the event loop after every 50. Counted until " +
      "everybody has been told everything, waiting for that and the last flush included. Ratios to the first of each kind.",
    columns: [
      { key: "mainNs", title: "main thread, CPU ns" },
      { key: "ratio", title: "to the first", ratioOf: "mainNs" },
      { key: "allNs", title: "all threads, CPU ns" },
      { key: "undelivered", title: "events not delivered", isOptional: true },
    ],
    cases: [
      ...[0, ...COUNTS].map((count) => ({ name: charm(count), base: charm(0), run: () => ours(count) })),
      ...COUNTS.map((count) => ({
        name: `LangChain callbacks, ${count}`,
        base: "LangChain callbacks, 1",
        run: () => theirs("langchain", count, 30_000),
      })),
      ...COUNTS.map((count) => ({
        name: `OpenTelemetry batch processors, ${count}`,
        base: "OpenTelemetry batch processors, 1",
        run: () => theirs("opentelemetry", count, 30_000),
      })),
    ],
    targets: COUNTS.map((count) => ({
      what: `token with ${count} exporter${count === 1 ? "" : "s"}, to stdout alone`,
      unit: "×",
      atMost: 1.3,
      value: (of) => of(charm(count), "ratio"),
    })),
  }),
};

function charm(count) {
  return count === 0 ? "charm, stdout alone" : `charm, ${count}`;
}

async function ours(count) {
  const folder = agentFolder(Array.from({ length: count }, (_, index) => `noop-${index + 1}`));
  const events = 100_000;
  const pipe = countingPipe();
  const environment = { CHARM_TELEMETRY_ISOLATION: "worker" };
  const options = { stdout: pipe.fd, environment };
  const { accounts, told, ...clocks } = await runProgram(
    "exporters.mjs",
    { dispatcher: "charm", folder, events, perTurn: 50 },
    options,
  );
  const lost = told - (await pipe.result);
  if (accounts.length !== count) throw new Error(`${count} exporters were wanted, ${accounts.length} were loaded.`);
  if (lost !== 0) throw new Error(`${lost} lines did not arrive.`);
  // Besides the tokens each exporter is told that the run has started.
  const undelivered = accounts.reduce((sum, { delivered }) => sum + told + 1 - delivered, 0);
  return { ...perEvent(clocks, events), undelivered };
}

async function theirs(dispatcher, count, events) {
  return perEvent(await runProgram("exporters.mjs", { dispatcher, count, events, perTurn: 50 }), events);
}

function perEvent({ mainCpuMs, processCpuMs }, events) {
  return { mainNs: (mainCpuMs * 1e6) / events, allNs: (processCpuMs * 1e6) / events };
}
