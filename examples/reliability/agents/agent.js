// Does what its environment says: so many tokens and tool calls, then an end of a certain kind.
import { readFileSync, writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { TelemetryManager } from "@charm/telemetry-core";

const { TOKENS = "1", TOOL_CALLS = "0", END = "natural", FAILS = "yes", WARM = "no", AGAIN = "no" } = process.env;
const { PAUSE_MS = "1", TELLS_MEMORY = "no" } = process.env;
// Three of its four spans are as large as that, in what is not written for people at length.
const filler = "high tide at 14:02, ".repeat(Number(process.env.SPAN_KIB ?? 0) * 50);
// A secret that gets into everything it should not be in.
const { SECRET_KEY = "" } = process.env;
const telemetry = await TelemetryManager.load();
// Answered by the exporters' thread when it has come up.
if (WARM === "yes") await telemetry.flush({ timeoutMs: 30_000 });

console.log("first words");
const run = telemetry.startRun(
  { question: `high tide? ${SECRET_KEY}` },
  {
    threadId: `a talk ${SECRET_KEY}`,
    tags: [`harbour:${SECRET_KEY}`],
    metadata: { note: `asked before ${SECRET_KEY}` },
  },
);
run.startTool("tide_table", { harbour: "Dover", key: SECRET_KEY }).end(`High tide at 14:02 ${SECRET_KEY}${filler}`);
const lookup = run.startTool("tide_table", { harbour: "Atlantis" });
if (FAILS === "yes") lookup.fail(new Error(`no such harbour ${SECRET_KEY}`));
else lookup.end("not in this table");
run.action("look_again", { where: SECRET_KEY });
// Before the many events: Node itself leaves prints unwritten that wait in a full pipe at `process.exit`.
console.log("last words");
const llm = run.startLlm({
  model: "gpt-4o-mini",
  provider: "openai",
  messages: [{ role: "user", content: `When? ${SECRET_KEY}${filler}` }],
  parameters: { user: SECRET_KEY },
});
for (let index = 0; index < Number(TOKENS); index++) llm.token(index === 0 ? `a ${SECRET_KEY}` : "a ");
llm.end({ usage: { inputTokens: 42, outputTokens: Number(TOKENS) } });
for (let index = 0; index < Number(TOOL_CALLS); index++) {
  run.startTool("step", { index }).end("done");
  // As an agent would, it lets others work now and then.
  if (index % 100 === 0) await setTimeout(Number(PAUSE_MS));
}
run.end({ output: `at 14:02 ${SECRET_KEY}${filler}` });
if (AGAIN === "yes") {
  await telemetry.flush({ timeoutMs: 30_000 });
  telemetry.startRun({ question: "and tomorrow?" }).end({ output: "at 14:50" });
}
// Not process.resourceUsage(): that knows of the memory of whoever has started this process, too.
if (TELLS_MEMORY === "yes")
  process.on("exit", () => writeSync(3, /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]));

switch (END) {
  case "exit 0":
    process.exit(0);
  case "exit 3":
    process.exit(3);
  case "uncaught exception":
    throw new Error("a bug of the agent");
  case "unhandled rejection":
    void Promise.reject(new Error("a bug of the agent"));
    break;
  case "SIGTERM":
  case "SIGINT":
    setInterval(() => {}, 1000);
    // Whoever runs the agent sends the signal.
    writeSync(3, "ready");
}
