import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOOKS } from "../../src/events.ts";
import { seesContent, withhold } from "../../src/host/content.ts";
import { HOOK_SHAPES } from "../../src/host/event.ts";
import { SETTINGS_DEFAULTS } from "../../src/settings.ts";

it("is shown to all exporters, to none, or to those that are named", () => {
  const sees = (captureContent: boolean | string[]): boolean[] =>
    ["datadog", "sentry"].map((name) => seesContent({ ...SETTINGS_DEFAULTS, captureContent }, name));
  expect(sees(true)).toEqual([true, true]);
  expect(sees(false)).toEqual([false, false]);
  expect(sees(["sentry"])).toEqual([false, true]);
});

describe("withheld", () => {
  it("of runs and tools: texts give their length, keys and names stay", () => {
    expect(withhold("onRunStart", ["run", { question: "why?", count: 3, list: ["ab", null], isOn: true }])).toEqual([
      "run",
      {
        question: "[withheld: 4 characters]",
        count: "[withheld: number]",
        list: ["[withheld: 2 characters]", null],
        isOn: "[withheld: boolean]",
      },
    ]);
    expect(withhold("onToolStart", ["search", "Ada"])).toEqual(["search", "[withheld: 3 characters]"]);
    expect(withhold("onToolEnd", ["search", "found"])).toEqual(["search", "[withheld: 5 characters]"]);
    expect(withhold("onAgentAction", ["search", "{}"])).toEqual(["search", "[withheld: 2 characters]"]);
    expect(withhold("onLlmNewToken", ["Ada"])).toEqual([""]);
  });

  it("of errors: the name and the code stay, of causes too", () => {
    const cause = { name: "IOError", message: "disk of Ada", stack: "IOError: disk of Ada\n at x" };
    const error = { name: "AppError", message: "Ada", stack: "AppError: Ada", code: "E_APP", cause };
    const told = {
      name: "AppError",
      message: "[withheld: 3 characters]",
      code: "E_APP",
      cause: { name: "IOError", message: "[withheld: 11 characters]" },
    };
    expect(withhold("onError", ["run", error])).toEqual(["run", told]);
    expect(withhold("onToolError", ["search", error])).toEqual(["search", told]);
    expect(withhold("onLlmError", [error])).toEqual([told]);
  });

  it("of LLM calls: roles, names, ids, usage and settings stay", () => {
    const messages = [
      { role: "system", content: "be kind", cache: "yes" },
      { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "search", arguments: '{"q":"Ada"}' }] },
      { role: "tool", content: "found", toolCallId: "c1" },
    ];
    const parameters = { temperature: 0.2, stream: true, system: "be kind", stop: ["Ada"] };
    const request = { model: "m", provider: "p", name: "n", messages, parameters };
    const told = [
      { role: "system", content: "[withheld: 7 characters]", cache: "[withheld: 3 characters]" },
      {
        role: "assistant",
        content: "[withheld: 0 characters]",
        toolCalls: [{ id: "c1", name: "search", arguments: "[withheld: 11 characters]" }],
      },
      { role: "tool", content: "[withheld: 5 characters]", toolCallId: "c1" },
    ];
    expect(withhold("onLlmStart", [request])).toEqual([
      {
        model: "m",
        provider: "p",
        name: "n",
        messages: told,
        parameters: {
          temperature: 0.2,
          stream: true,
          system: "[withheld: 7 characters]",
          stop: ["[withheld: 3 characters]"],
        },
      },
    ]);
    const rest = { usage: { inputTokens: 3 }, finishReason: "stop", timeToFirstTokenMs: 12 };
    expect(withhold("onLlmEnd", [{ output: "Ada", ...rest }])).toEqual([
      { output: "[withheld: 3 characters]", ...rest },
    ]);
    expect(withhold("onLlmEnd", [{ output: messages, ...rest }])).toEqual([{ output: told, ...rest }]);
  });

  it("leaves no text of what was said, whatever shape it has", () => {
    const canary = "zq-canary-zq";
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(canary),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom("content", "messages", "toolCalls", "output", "usage", "constructor", "x"),
          tie("value"),
        ),
      ),
    })).value;
    const hook = fc.constantFrom(...HOOKS.filter((name) => HOOK_SHAPES[name].error === undefined));
    fc.assert(
      fc.property(hook, value, (name, said) => {
        const values = HOOK_SHAPES[name].argumentCount === 2 ? ["name", said] : [said];
        expect(JSON.stringify(withhold(name, values))).not.toContain(canary);
      }),
    );
  });
});
