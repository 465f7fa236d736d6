import { readFileSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";

/** Stands in for a model, its tools and a customer: everything they say is recorded. */

export const MODEL = "gpt-4o";
const { policy, conversations } = JSON.parse(readFileSync(new URL("recordings/airline.json", import.meta.url), "utf8"));
export const POLICY = policy;

/** Milliseconds at pace 1. */
const DELAYS = { model: 90, token: 2, tool: 70, customer: 30 };

/** As many recordings as were asked for, from the start again when there are not enough; or the one most like a question. */
export function chooseRecordings({ conversations: count, question }) {
  if (question !== "") return [conversations.reduce((a, b) => (likeness(b, question) > likeness(a, question) ? b : a))];
  return Array.from({ length: count }, (_, index) => conversations[index % conversations.length]);
}

function likeness({ messages }, question) {
  const words = new Set(messages[0].content.toLowerCase().split(/\W+/));
  return question
    .toLowerCase()
    .split(/\W+/)
    .filter((word) => words.has(word)).length;
}

export class Replay {
  #messages;
  #results;
  #at = 1;
  #pace;

  constructor({ messages, isSolved }, pace) {
    this.question = messages[0].content;
    this.isSolved = isSolved;
    this.#messages = messages.filter(({ role }) => role !== "tool");
    this.#results = messages.filter(({ role }) => role === "tool").values();
    this.#pace = pace;
  }

  get isOver() {
    return this.#at === this.#messages.length;
  }

  /** The model's next answer, with its text as a stream of tokens. */
  modelAnswer(messages) {
    const answer = this.#messages[this.#at++];
    const tokens = tokenize(answer.content);
    const called = answer.toolCalls?.flatMap((call) => tokenize(call.name + call.arguments)) ?? [];
    const inputTokens = Math.ceil(JSON.stringify(messages).length / 4); // the recording has no counts: an estimate
    const outputTokens = tokens.length + called.length;
    return {
      answer,
      tokens: this.#stream(tokens),
      usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
      finishReason: answer.toolCalls ? "tool_calls" : "stop",
    };
  }

  /** The next tool's result: the recorded model has used an id twice, so order tells them apart. */
  async toolResult() {
    const { content } = this.#results.next().value;
    await this.#wait(DELAYS.tool);
    if (content.startsWith("Error")) throw new Error(content.replace(/^Error: /, ""));
    return content;
  }

  async customerReply() {
    await this.#wait(DELAYS.customer);
    return this.#messages[this.#at++];
  }

  async *#stream(tokens) {
    await this.#wait(DELAYS.model);
    for (const token of tokens) {
      yield token;
      await this.#wait(DELAYS.token);
    }
  }

  #wait(ms) {
    return this.#pace === 0 ? setImmediate() : setTimeout(ms * this.#pace);
  }
}

/** Pieces about as long as a model's tokens. */
function tokenize(text) {
  return text.match(/\s*\S{1,5}|\s+/g) ?? [];
}
