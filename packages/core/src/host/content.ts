import type { HookName } from "../events.ts";
import type { Settings } from "../settings.ts";
import type { ErrorRecord } from "../error-record.ts";

export function seesContent(settings: Settings, exporter: string): boolean {
  const { captureContent } = settings;
  return typeof captureContent === "boolean" ? captureContent : captureContent.includes(exporter);
}

/**
 * A hook's arguments for an exporter that may not see what agents and models say: names, roles, sizes, usage and types
 * of errors remain.
 */
export function withhold(hook: HookName, values: readonly unknown[]): readonly unknown[] {
  const [first, second] = values;
  switch (hook) {
    case "onRunStart":
    case "onRunEnd":
    case "onToolStart":
    case "onToolEnd":
    case "onAgentAction":
      return [first, withheld(second)];
    case "onError":
    case "onToolError":
      return [first, withheldError(second as ErrorRecord)];
    case "onLlmError":
      return [withheldError(first as ErrorRecord)];
    case "onLlmNewToken":
      return [""];
    case "onLlmStart":
      return [request(first)];
    case "onLlmEnd":
      return [response(first)];
  }
}

type Rule = (value: unknown) => unknown;

const kept: Rule = (value) => (typeof value === "object" ? withheld(value) : value);

/** Keeps shapes, the names of keys, and lengths. */
function withheld(value: unknown): unknown {
  if (typeof value === "string") return `[withheld: ${value.length} characters]`;
  if (value === null || value === undefined) return value;
  if (typeof value !== "object") return `[withheld: ${typeof value}]`;
  return listOf(withheld)(value);
}

/** Numbers and switches such as `temperature` are no content; texts are. */
const withheldText: Rule = (value) =>
  typeof value === "number" || typeof value === "boolean" ? value : withheld(value);

// What is not named is withheld: frameworks put fields of their own into messages.
const call = record({ id: kept, name: kept });
const message = record({ role: kept, toolCallId: kept, toolCalls: listOf(call) });
const figures: Rule = (value) =>
  isRecord(value) ? frozen(Object.entries(value).map(([key, member]) => [key, withheldText(member)])) : withheld(value);
const request = record({ model: kept, provider: kept, name: kept, messages: listOf(message), parameters: figures });
const response = record({ output: listOf(message), usage: figures, finishReason: kept, timeToFirstTokenMs: kept });

/** Applies a rule to each key of a record; the others, and what is no record, are withheld. */
function record(named: Readonly<Record<string, Rule>>): Rule {
  const rules = new Map(Object.entries(named));
  return (value) =>
    isRecord(value)
      ? frozen(Object.entries(value).map(([key, member]) => [key, (rules.get(key) ?? withheld)(member)]))
      : withheld(value);
}

function listOf(rule: Rule): Rule {
  return (value) => {
    if (Array.isArray(value)) return Object.freeze(value.map((member) => rule(member)));
    return isRecord(value)
      ? frozen(Object.entries(value).map(([key, member]) => [key, withheld(member)]))
      : withheld(value);
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function frozen(entries: (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
  return Object.freeze(Object.fromEntries(entries));
}

// The stack begins with the message, which may span lines: it goes too.
function withheldError(error: ErrorRecord): ErrorRecord {
  return {
    name: error.name,
    message: `[withheld: ${error.message.length} characters]`,
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.cause === undefined ? {} : { cause: withheldError(error.cause) }),
  };
}
