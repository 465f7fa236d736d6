// Tells about tokens, then about spans, and tells what one of each costs.
import { startClocks } from "../lib/cpu.mjs";
import { CORE_URL } from "../lib/paths.mjs";
import { input, report, vanish } from "../lib/report.mjs";
import { emitKeepingUp } from "./keeping-up.mjs";
import { tokenAt } from "./tokens.mjs";
import { inRuns, TRACERS } from "./tracers.mjs";

const { tokens, spans, folder } = input;
const { TelemetryManager } = await import(CORE_URL);
const manager = await TelemetryManager.load(folder);
const pending = () => Math.max(0, ...manager.health().exporters.map((exporter) => exporter.pending));
const flush = () => manager.flush({ timeoutMs: 60_000 });

const tracer = await TRACERS.charm({ folder });
const runs = inRuns(tracer);
const nothing = () => {};
let told = 0;

async function emitTokens(count) {
  let run;
  const emit = (index) => {
    if (index % 1000 === 0) {
      run?.end({ output: "done" });
      run = manager.startRun({ question: "When is high water?" });
    }
    run.token(tokenAt(index));
  };
  const mainCpuMs = await emitKeepingUp({ count, perTurn: 50 }, emit, pending);
  run.end({ output: "done" });
  return mainCpuMs;
}

const emitSpans = (count) => emitKeepingUp({ count, perTurn: 20 }, () => runs.span(told++, nothing), pending);

async function measure(emit, count) {
  await emit(count / 4);
  await flush();
  const clocks = startClocks();
  const mainCpuMs = await emit(count);
  await flush();
  return { mainUs: (mainCpuMs * 1000) / count, allUs: (clocks().processCpuMs * 1000) / count };
}

const token = await measure(emitTokens, tokens);
const span = await measure(emitSpans, spans);
report({ token, span, told, accounts: manager.health().exporters });
vanish();
