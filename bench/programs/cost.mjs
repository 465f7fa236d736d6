// Tells about tokens or spans until they are sent, and tells what that costs.
import { startClocks } from "../lib/cpu.mjs";
import { input, report, vanish } from "../lib/report.mjs";
import { emitKeepingUp } from "./keeping-up.mjs";
import { tokenAt } from "./tokens.mjs";
import { inRuns, TRACERS } from "./tracers.mjs";

const { tracer: name, kind, count, flushEvery } = input;
const tracer = await TRACERS[name](input);
const { accounts } = tracer;
const runs = inRuns(tracer);
const nothing = () => {};
let told = 0;

const emit = {
  token: () => runs.token(tokenAt(told++)),
  span: () => runs.span(told++, nothing),
}[kind];
const listener = {
  pending: accounts && (() => Math.max(0, ...accounts().map(({ pending }) => pending))),
  flush: tracer.flush,
};
const emitAll = (count) => emitKeepingUp({ count, perTurn: kind === "token" ? 50 : 20, flushEvery }, emit, listener);

await emitAll(count / 4);
const clocks = startClocks();
await emitAll(count);
const { mainCpuMs, processCpuMs } = clocks();
report({ mainCpuMs, processCpuMs, told, events: tracer.events?.(), accounts: accounts?.() ?? [] });
vanish();
