import { TelemetryManager } from "@charm/telemetry-core";
import { readInput } from "./input.js";
import { chooseRecordings, MODEL, POLICY, Replay } from "./replay.js";

const input = await readInput();
const telemetry = await TelemetryManager.load();

const customers = chooseRecordings(input).values();
let solvedCount = 0;
// Each lane takes the next customer from the same queue.
await Promise.all(Array.from({ length: input.parallel }, serveCustomers));
telemetry.emitter.status(`Customers served: ${input.conversations}, problems solved: ${solvedCount}`);

async function serveCustomers() {
  for (const recording of customers) {
    const replay = new Replay(recording, input.pace);
    try {
      await telemetry.withRun({ question: replay.question }, (run) => converse(run, replay), {
        name: "serve-customer",
        threadId: recording.id,
        tags: ["recorded"],
      });
      solvedCount++;
    } catch {
      // withRun has reported it; the next customer is waiting.
    }
  }
}

/** The agent's loop: the model answers the customer or asks for tools, until the conversation is over. */
async function converse(run, replay) {
  const messages = [
    { role: "system", content: POLICY },
    { role: "user", content: replay.question },
  ];
  while (!replay.isOver) {
    const answer = await askModel(run, replay, messages);
    messages.push(answer);
    if (answer.toolCalls) {
      messages.push(...(await Promise.all(answer.toolCalls.map((toolCall) => useTool(run, replay, toolCall)))));
    } else if (!replay.isOver) {
      messages.push(await replay.customerReply());
    }
  }
  if (!replay.isSolved) throw new Error("The customer's problem was not solved.");
  return { output: messages.findLast(({ role, content }) => role === "assistant" && content !== "").content };
}

async function askModel(run, replay, messages) {
  const call = run.startLlm({ model: MODEL, provider: "openai", messages, parameters: { temperature: 0 } });
  const { tokens, answer, usage, finishReason } = replay.modelAnswer(messages);
  for await (const token of tokens) call.token(token);
  call.end({ output: [answer], usage, finishReason });
  return answer;
}

async function useTool(run, replay, { id, name, arguments: input }) {
  const call = run.startTool(name, input, { toolCallId: id });
  try {
    const content = await replay.toolResult();
    call.end(content);
    return { role: "tool", toolCallId: id, content };
  } catch (error) {
    call.fail(error);
    return { role: "tool", toolCallId: id, content: `Error: ${error.message}` }; // the model tries something else
  }
}
