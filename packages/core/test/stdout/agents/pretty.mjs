// Two runs at once, then one alone, as a person at a terminal sees them.
import { setTimeout as after } from "node:timers/promises";
import { CharmEmitter } from "../../../dist/stdout/emitter.js";
import { CharmEmitterExporter } from "../../../dist/stdout/exporter.js";

const emitter = new CharmEmitter();
const show = new CharmEmitterExporter({ emitter, mode: "pretty" });
let sequence = 0;
const pause = Number(process.argv[2] ?? 0);

function at(runId, span, run) {
  return { runId, traceId: "", spanId: span, sequence: sequence++, timeUnixMs: Date.now(), run };
}

async function run(id, name, isFailing) {
  const root = () => at(id, `${id}-root`);
  show.onRunStart(id, {}, { ...root(), run: { name, tags: [], metadata: {} } });
  show.onToolStart(
    "search_flights",
    '{"origin": "SFO",\n "destination": "JFK", "date": "2024-05-20"}',
    at(id, `${id}-t1`),
  );
  await after(pause);
  show.onToolEnd("search_flights", `[{"flight_number": "HAT001"}]\u001b[31m${" more".repeat(40)}`, at(id, `${id}-t1`));
  show.onLlmStart({ model: "model-1" }, at(id, `${id}-l1`));
  for (const token of ["I found ", "three ", "flights.\nWhich ", "one do ", "you take?"]) {
    show.onLlmNewToken(token, at(id, `${id}-l1`));
    await after(pause);
  }
  show.onLlmEnd({ usage: { inputTokens: 812, outputTokens: 96 }, timeToFirstTokenMs: 320 }, at(id, `${id}-l1`));
  show.onAgentAction("book", '{"flight": "HAT001"}', root());
  show.onToolStart("book", "HAT001", at(id, `${id}-t2`));
  await after(pause);
  show.onToolError("book", new Error("no seats left"), at(id, `${id}-t2`));
  if (isFailing) show.onError(id, new Error("gave up after 1 try"), root());
  else show.onRunEnd(id, { output: "Nothing was booked." }, root());
}

await Promise.all([run("run-aaaaaa", "airline-agent", false), run("run-bbbbbb", "hotel-agent", true)]);
await run("run-cccccc", "airline-agent", false);
show.onRunStart("run-dddddd", {}, { ...at("run-dddddd", "d"), run: { name: "calculator", tags: [], metadata: {} } });
show.onRunEnd("run-dddddd", { output: "The answer\nis 42." }, at("run-dddddd", "d"));
emitter.status("Packing up");
emitter.thinking("A print of the agent.\n");
emitter.delta("Streamed ");
emitter.delta("text");
emitter.artifact({ name: "a.png", url: "https://example.com/a.png", mime: "image/png" });
emitter.toolUsage("search");
emitter.final({ sum: 1 });
emitter.error("no \u001b[5mblinking");
const counts = { units: {}, latencyMs: { last: 0, max: 0 } };
show.emitReport({
  exporters: [
    {
      name: "datadog",
      state: "stopped",
      accepted: 42,
      delivered: 42,
      dropped: 0,
      droppedBy: {},
      pending: 0,
      ...counts,
    },
    {
      name: "sentry",
      state: "disabled",
      accepted: 42,
      delivered: 0,
      dropped: 42,
      droppedBy: { disabled: 42 },
      pending: 0,
      ...counts,
    },
  ],
  stdout: { written: 1, droppedBy: { delta: 3 }, bufferedBytes: 0 },
  events: {},
});
