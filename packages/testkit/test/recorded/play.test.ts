import { expect, test } from "vitest";
import { loadRecordings, playRun, RECORDING_SOURCES } from "../../src/index.ts";
import type { PlayedLlmCall, PlayedToolCall, PlayTarget, RecordedRun } from "../../src/index.ts";
import { llmSteps, toolCalls, toolResults, toolUses } from "../support/runs.ts";

interface Call {
  readonly what: string;
  readonly at: string;
  readonly arguments: readonly unknown[];
  readonly turn: number;
}

/** Notes every call; `at` tells runs, tools and LLM calls apart. */
class Notebook implements PlayTarget {
  readonly calls: Call[] = [];
  #names = 0;
  #turn = 0;
  readonly #clock = setInterval(() => {});

  constructor() {
    const tick = (): void => {
      this.#turn++;
      if (this.#clock.hasRef()) setImmediate(tick);
    };
    setImmediate(tick);
  }

  stop(): void {
    this.#clock.unref();
    clearInterval(this.#clock);
  }

  startRun(...args: Parameters<PlayTarget["startRun"]>): ReturnType<PlayTarget["startRun"]> {
    const at = this.#note("startRun", "run", args);
    return {
      runId: at,
      action: (...rest) => void this.#note("action", at, rest),
      startTool: (...rest) => this.#ends(this.#note("startTool", "tool", rest)),
      startLlm: (...rest): PlayedLlmCall => {
        const llm = this.#note("startLlm", "llm", rest);
        return { ...this.#ends(llm), token: (text) => void this.#note("token", llm, [text]) };
      },
      ...this.#ends(at),
    };
  }

  of(what: string): Call[] {
    return this.calls.filter((call) => call.what === what);
  }

  #ends(at: string): PlayedToolCall & Pick<PlayedLlmCall, "end"> {
    return {
      end: (value: unknown) => void this.#note("end", at, [value]),
      fail: (error) => void this.#note("fail", at, [error]),
    };
  }

  /** A name that is new when something starts. */
  #note(what: string, at: string, args: readonly unknown[]): string {
    const name = what.startsWith("start") ? `${at}-${++this.#names}` : at;
    this.calls.push({ what, at: name, arguments: args, turn: this.#turn });
    return name;
  }
}

async function play(run: RecordedRun, options?: Parameters<typeof playRun>[2]): Promise<Notebook> {
  const notebook = new Notebook();
  await playRun(run, notebook, options).finally(() => notebook.stop());
  return notebook;
}

function madeUp(fields: Partial<RecordedRun>): RecordedRun {
  return {
    source: "tau-bench",
    id: "made-up",
    inputs: { input: "Hi" },
    outputs: { output: "Bye" },
    failed: false,
    steps: [],
    ...fields,
  };
}

test.each(RECORDING_SOURCES)(
  "%s: everything recorded is played, to the character, and every start has one end",
  async (source) => {
    for (const run of loadRecordings(source)) {
      const notebook = await play(run);
      expect(notebook.of("token").map((call) => call.arguments[0])).toEqual(
        llmSteps([run]).flatMap(({ tokens }) => tokens),
      );
      expect(notebook.of("action").map((call) => call.arguments)).toEqual(
        toolCalls([run]).map(({ name, input }) => [name, input]),
      );
      expect(notebook.of("startLlm")).toHaveLength(llmSteps([run]).length);
      expect(notebook.of("startTool")).toHaveLength(toolUses([run]).length + toolResults([run]).length);
      const started = notebook.calls.filter(({ what }) => what.startsWith("start")).map(({ at }) => at);
      const ended = notebook.calls.filter(({ what }) => what === "end" || what === "fail").map(({ at }) => at);
      expect(ended.toSorted()).toEqual(started.toSorted());
      expect(notebook.calls[0]?.what).toBe("startRun");
      expect(notebook.calls.at(-1)).toMatchObject({ what: run.failed ? "fail" : "end", at: "run-1" });
    }
  },
);

test("tools end with what the recording has, under the model's ids", async () => {
  const run = loadRecordings("tau-bench").find((candidate) =>
    toolUses([candidate]).some(({ error }) => error !== undefined),
  );
  if (run === undefined) throw new Error("there is no run with a tool error");
  const notebook = await play(run);
  const outcomes = notebook.of("startTool").map(({ at, arguments: [name, input, options] }) => {
    const end = notebook.calls.find((call) => call.at === at && call.what !== "startTool");
    const value = end?.arguments[0];
    return { name, input, options, ...(value instanceof Error ? { error: value.message } : { output: value }) };
  });
  expect(outcomes).toEqual(
    toolUses([run]).map(({ id, name, input, output, error }) => ({
      name,
      input,
      options: { toolCallId: id },
      ...(error === undefined ? { output } : { error: error.message }),
    })),
  );
});

test("each LLM call is given the whole conversation so far", async () => {
  const [run] = loadRecordings("tau-bench");
  if (run === undefined) throw new Error("there is no run");
  const notebook = await play(run);
  const requests = notebook
    .of("startLlm")
    .map((call) => call.arguments[0] as { messages: { role: string; content: string }[] });
  expect(requests[0]?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
  for (const [index, { messages }] of requests.entries()) {
    const before = requests[index - 1]?.messages ?? [];
    expect(messages.slice(0, before.length)).toEqual(before);
    expect(messages[before.length]?.role).toBe(index === 0 ? "system" : "assistant");
  }
  const answer = notebook.calls.find(({ what, at }) => what === "end" && at.startsWith("llm"));
  expect(answer?.arguments[0]).toEqual({ output: [requests[1]?.messages[2]], finishReason: "stop" });
});

test("tools of one answer run at the same time; the next step waits for all of them", async () => {
  const call = (id: string): { id: string; name: string; input: string; output: string } => ({
    id,
    name: "weather",
    input: "{}",
    output: id,
  });
  const run = madeUp({
    steps: [
      { type: "tools", calls: [call("a"), call("b"), call("c")] },
      { type: "llm", model: "m", tokens: ["x"] },
    ],
  });
  const notebook = await play(run, { pace: { toolMs: 5 } });
  expect(notebook.calls.map(({ what }) => what)).toEqual([
    "startRun",
    "startTool",
    "startTool",
    "startTool",
    "end",
    "end",
    "end",
    "startLlm",
    "token",
    "end",
    "end",
  ]);
});

test("the provider's own tools run inside the answer, as children of its LLM call", async () => {
  const run = loadRecordings("ai-sdk-streams").find(({ id }) => id === "anthropic/anthropic-code-execution-20250825.1");
  if (run === undefined) throw new Error("the recording is missing");
  const notebook = await play(run);
  const tools = notebook.of("startTool");
  expect(tools).toHaveLength(2);
  for (const { arguments: args } of tools) expect(args[2]).toMatchObject({ parent: { token: expect.any(Function) } });
  const order = notebook.calls
    .map(({ what, at }) => (what === "token" ? "token" : `${what} ${at}`))
    .filter((entry, index, all) => entry !== all[index - 1]);
  expect(order).toEqual([
    "startRun run-1",
    "startLlm llm-2",
    "token",
    "action run-1",
    "startTool tool-3",
    "end tool-3",
    "token",
    "action run-1",
    "startTool tool-4",
    "end tool-4",
    "token",
    "end llm-2",
    "end run-1",
  ]);
});

test("a stream that broke off fails its LLM call after what had come", async () => {
  const error = { name: "overloaded_error", message: "Overloaded", code: "529" };
  const notebook = await play(
    madeUp({ failed: true, error, steps: [{ type: "llm", model: "m", tokens: ["Hel", "lo"], error }] }),
  );
  expect(notebook.calls.map(({ what }) => what)).toEqual(["startRun", "startLlm", "token", "token", "fail", "fail"]);
  expect(notebook.calls[4]?.arguments[0]).toMatchObject({
    name: "overloaded_error",
    message: "Overloaded",
    code: "529",
  });
});

test("a run says where it comes from, unless it is told otherwise", async () => {
  const plain = await play(madeUp({}));
  expect(plain.calls[0]?.arguments).toEqual([
    { input: "Hi" },
    { name: "made-up", tags: ["tau-bench"], metadata: { source: "tau-bench", recording: "made-up" } },
  ]);
  const told = await play(madeUp({}), { run: { name: "airline", threadId: "t1" } });
  expect(told.calls[0]?.arguments[1]).toMatchObject({ name: "airline", threadId: "t1", tags: ["tau-bench"] });
});

test("without a pace each step has a turn of the event loop", async () => {
  const step = { type: "llm", model: "m", tokens: ["a", "b"] } as const;
  const notebook = await play(madeUp({ steps: [step, step, step] }));
  const turns = notebook.of("startLlm").map(({ turn }) => turn);
  expect(new Set(turns).size).toBe(3);
  const [first, second] = notebook.of("token");
  expect(first?.turn).toBe(second?.turn);
});

test("with a pace tokens take their time", async () => {
  const started = performance.now();
  await play(madeUp({ steps: [{ type: "llm", model: "m", reasoning: ["h", "m"], tokens: ["a", "b"] }] }), {
    pace: { llmMs: 10, tokenMs: 10 },
  });
  expect(performance.now() - started).toBeGreaterThanOrEqual(45);
});
