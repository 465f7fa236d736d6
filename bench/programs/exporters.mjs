// Tells 1 to 8 listeners about tokens, and tells what that costs.
import { startClocks } from "../lib/cpu.mjs";
import { input, report, vanish } from "../lib/report.mjs";
import { DISPATCHERS } from "./dispatchers.mjs";
import { emitKeepingUp } from "./keeping-up.mjs";
import { tokenAt } from "./tokens.mjs";

const WARM_UP = 20_000;
const { dispatcher: name, events, perTurn } = input;
const dispatcher = await DISPATCHERS[name](input);
const emit = (count) => emitKeepingUp({ count, perTurn }, (index) => dispatcher.token(tokenAt(index)), dispatcher);

await emit(WARM_UP);
const clocks = startClocks();
await emit(events);
const { mainCpuMs, processCpuMs } = clocks();
report({ mainCpuMs, processCpuMs, told: WARM_UP + events, accounts: dispatcher.accounts?.() ?? [] });
vanish();
