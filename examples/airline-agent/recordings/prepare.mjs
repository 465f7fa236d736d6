// Makes airline.json from a published file of recorded runs: node prepare.mjs gpt-4o-airline.json
import { readFileSync, writeFileSync } from "node:fs";

/** Task and trial: short runs and long ones, with tool errors, with and without success. */
const CHOSEN = [
  [26, 0],
  [0, 1],
  [13, 1],
  [28, 0],
  [15, 2],
  [32, 0],
  [11, 0],
  [20, 3],
  [3, 2],
  [18, 0],
  [34, 0],
  [35, 3],
];

const runs = JSON.parse(readFileSync(process.argv[2], "utf8"));
const chosen = CHOSEN.map(([task, trial]) => runs.find((run) => run.task_id === task && run.trial === trial));

const conversations = chosen.map((run) => ({
  id: `airline-${run.task_id}-${run.trial}`,
  isSolved: run.reward === 1,
  messages: run.traj.slice(1).filter(isSaid).map(message),
}));
const lines = conversations.map((conversation) => `  ${JSON.stringify(conversation)}`).join(",\n");
const policy = JSON.stringify(chosen[0].traj[0].content);
writeFileSync(
  new URL("airline.json", import.meta.url),
  `{\n"policy": ${policy},\n"conversations": [\n${lines}\n]\n}\n`,
);

/** A simulated customer hangs up with a mark, and sometimes a word of thanks, which nobody answers. */
function isSaid({ role, content }) {
  return role !== "user" || !content.includes("###STOP###");
}

function message({ role, content, tool_calls: toolCalls, tool_call_id: toolCallId }) {
  return {
    role,
    content: content ?? "",
    ...(toolCalls && {
      toolCalls: toolCalls.map(({ id, function: { name, arguments: text } }) => ({ id, name, arguments: text })),
    }),
    ...(toolCallId && { toolCallId }),
  };
}
