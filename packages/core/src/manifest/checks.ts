import { joinPath, quote } from "./problem.ts";
import type { Finding, Position } from "./problem.ts";
import type { YamlEntry, YamlMapping, YamlNode, YamlScalar } from "./yaml-node.ts";

/**
 * The kinds of value in upstream's model, checked as its validation library checks them: lenient about numbers and
 * booleans, strict about strings. The words in `type` are that library's.
 */

/** Calls `report` for everything that is wrong with `node`, which stands at the dotted path `at`. */
export type Check = (node: YamlNode, at: string, report: Report) => void;

export type Report = (position: Position, finding: Finding) => void;

/** A check that knows its keys. */
export type Model = Check & { readonly fields: ReadonlyMap<string, Field> };

export interface Field {
  readonly isRequired: boolean;
  readonly check: Check;
}

/** Keys that end in `!` are required. */
export function model(shape: Record<string, Check>): Model {
  const fields = new Map<string, Field>();
  for (const [key, check] of Object.entries(shape))
    fields.set(key.replace(/!$/, ""), { isRequired: key.endsWith("!"), check });

  const check: Check = (node, at, report) => {
    if (node.kind !== "mapping") {
      const keys = [...fields].filter(([, field]) => field.isRequired).map(([key]) => key);
      const wanted = keys.length > 0 ? ` with ${keys.join(", ")}` : "";
      report(node, wrong("model_type", at, `must be a mapping${wanted}`, node, "Indent its keys below it."));
      return;
    }
    for (const [key, field] of fields) {
      const entry = node.entries.get(key);
      if (entry !== undefined) field.check(entry.value, joinPath(at, key), report);
      else if (field.isRequired)
        report(node, {
          type: "missing",
          at: joinPath(at, key),
          message: `${joinPath(at, key)} is required.`,
          fix: at === "" ? `Add the key ${key}.` : `Add the key ${key} below ${at}.`,
        });
    }
  };
  return Object.assign(check, { fields });
}

export function nullable<Inner extends Check>(check: Inner): Inner {
  const lenient: Check = (node, at, report) => {
    if (node.kind !== "null") check(node, at, report);
  };
  return Object.assign(lenient, "fields" in check ? { fields: check.fields } : {}) as Inner;
}

/** @param example what a value that fits `pattern` looks like. */
export function text(pattern?: RegExp, example?: string): Check {
  return (node, at, report) => {
    if (node.kind !== "string") {
      report(node, wrong("string_type", at, "must be a string", node, stringFix(node, at)));
    } else if (pattern !== undefined && !pattern.test(node.text)) {
      const want = example === undefined ? String(pattern) : `written like ${example}`;
      const fix = `Write:  ${lastKey(at)}: "${example ?? ""}"`;
      report(node, wrong("string_pattern_mismatch", at, `must be ${want}`, node, fix));
    }
  };
}

export function list(item: Check): Check {
  return (node, at, report) => {
    if (node.kind === "list") node.items.forEach((each, index) => item(each, joinPath(at, String(index)), report));
    else report(node, wrong("list_type", at, `must be a list${listOf(at)}`, node, listFix(node, at)));
  };
}

/** A mapping of anything, its keys strings. */
export function record(): Check {
  return (node, at, report) => {
    if (node.kind !== "mapping") {
      report(node, wrong("dict_type", at, "must be a mapping", node, "Indent its keys below it."));
      return;
    }
    for (const key of node.otherKeys) {
      const message = `${at} must have strings as keys, got ${describe(key)}.`;
      const path = `${joinPath(at, pythonText(key))}.[key]`;
      report(key, { type: "string_type", at: path, message, fix: `Write:  "${key.text}":` });
    }
  };
}

export function oneOf(...values: string[]): Check {
  return (node, at, report) => {
    if (node.kind === "string" && values.includes(node.text)) return;
    const fix = `Write:  ${lastKey(at)}: ${values[0] ?? ""}`;
    report(node, wrong("literal_error", at, `must be one of ${values.join(", ")}`, node, fix));
  };
}

const BOOLEAN_WORDS = /^(?:0|1|t|f|y|n|on|off|yes|no|true|false)$/i;

export function boolean(): Check {
  return (node, at, report) => {
    if (node.kind === "boolean") return;
    const isNumber = node.kind === "integer" || node.kind === "float";
    if (isNumber && (node.number === 0 || node.number === 1)) return;
    if (node.kind === "string" && BOOLEAN_WORDS.test(node.text)) return;
    const isReadable = node.kind === "string" || (isNumber && Number.isSafeInteger(node.number));
    const type = isReadable ? "bool_parsing" : "bool_type";
    report(node, wrong(type, at, "must be true or false", node, `Write:  ${lastKey(at)}: true`));
  };
}

const INTEGER_TEXT = /^\s*[-+]?\d+(?:_\d+)*(?:\.0*)?\s*$/;
const FLOAT_TEXT = /^\s*[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$|^\s*[-+]?(?:inf(?:inity)?|nan)\s*$/i;

export function integer(minimum?: number): Check {
  return (node, at, report) => {
    const example = `Write:  ${lastKey(at)}: ${minimum ?? 20}`;
    const value = node.kind === "string" && INTEGER_TEXT.test(node.text) ? Number(node.text) : numberOf(node);
    if (value === undefined) {
      const type = node.kind === "string" ? "int_parsing" : "int_type";
      report(node, wrong(type, at, "must be a whole number", node, example));
    } else if (!Number.isFinite(value)) {
      report(node, wrong("finite_number", at, "must be a whole number", node, example));
    } else if (!Number.isInteger(value)) {
      report(node, wrong("int_from_float", at, "must be a whole number", node, example));
    } else if (minimum !== undefined && value < minimum) {
      report(node, wrong("greater_than_equal", at, `must be ${minimum} or more`, node, example));
    }
  };
}

export function float(): Check {
  return (node, at, report) => {
    if (numberOf(node) !== undefined || (node.kind === "string" && FLOAT_TEXT.test(node.text))) return;
    const type = node.kind === "string" ? "float_parsing" : "float_type";
    report(node, wrong(type, at, "must be a number", node, `Write:  ${lastKey(at)}: 0.5`));
  };
}

function numberOf(node: YamlNode): number | undefined {
  return node.kind === "integer" || node.kind === "float" || node.kind === "boolean" ? node.number : undefined;
}

/** Keys of the model layer in the old flat list of variables; the rest of it are tools. */
const MODEL_VARIABLES: ReadonlySet<string> = new Set([
  "ANTHROPIC_API_KEY",
  "AZURE_OPENAI_API_KEY",
  "AZURE_OPENAI_ENDPOINT",
  "CHARM_LLM_PROXY_BASE",
  "CHARM_LLM_PROXY_KEY",
  "COHERE_API_KEY",
  "GOOGLE_API_KEY",
  "GOOGLE_GENERATIVEAI_API_KEY",
  "GROQ_API_KEY",
  "MISTRAL_API_KEY",
  "OPENAI_API_BASE",
  "OPENAI_API_HOST",
  "OPENAI_API_KEY",
  "TOGETHER_API_KEY",
]);

/** `{ models: […], tools: […] }`, or the old flat list of both. */
export function variables(): Model {
  const split = model({ models: list(text()), tools: list(text()) });
  const check: Check = (node, at, report) => split(splitVariables(node), at, report);
  return Object.assign(check, { fields: split.fields });
}

/** The old flat list in today's form; anything else as it is. */
export function splitVariables(node: YamlNode): YamlNode {
  if (node.kind !== "list") return node;
  const isModel = (item: YamlNode): boolean => item.kind === "string" && MODEL_VARIABLES.has(item.text);
  const group = (items: YamlNode[]): YamlEntry => ({ key: node, value: { ...node, items } });
  const entries = new Map([
    ["models", group(node.items.filter((item) => isModel(item)))],
    ["tools", group(node.items.filter((item) => !isModel(item)))],
  ]);
  return { kind: "mapping", entries, otherKeys: [], line: node.line, column: node.column } satisfies YamlMapping;
}

/** How upstream writes such a key in a path. */
function pythonText(key: YamlScalar): string {
  if (key.kind === "null") return "None";
  return key.kind === "integer" || key.kind === "boolean" ? String(key.number) : key.text;
}

function wrong(type: string, at: string, must: string, node: YamlNode, fix: string): Finding {
  const subject = at === "" ? "the file" : at;
  return { type, at, message: `${subject} ${must}, got ${describe(node)}.`, fix };
}

function describe(node: YamlNode): string {
  switch (node.kind) {
    case "mapping":
      return "a mapping";
    case "list":
      return "a list";
    case "null":
      return "nothing";
    case "string":
      return `a string (${quote(node.text)})`;
    case "boolean":
      return `the boolean ${node.text}`;
    case "timestamp":
      return `the date ${node.text}`;
    default:
      return `the number ${node.text}`;
  }
}

function stringFix(node: YamlNode, at: string): string {
  if (at.startsWith("runtime.telemetry.") && node.kind === "mapping")
    return "Write the name alone; exporters are configured by environment variables.";
  if (!isWord(node)) return "Write text there.";
  const key = lastKey(at);
  return `Write:  ${/^\d+$/.test(key) ? "-" : `${key}:`} "${node.text}"`;
}

function isWord(node: YamlNode): node is YamlScalar {
  return node.kind !== "mapping" && node.kind !== "list" && node.kind !== "null";
}

function listOf(at: string): string {
  return at === "runtime.telemetry" ? " of exporter names" : "";
}

function listFix(node: YamlNode, at: string): string {
  const key = lastKey(at);
  if (node.kind === "null") return `Write:  ${key}: []  or remove the key.`;
  if (isWord(node)) return `Write:  ${key}: [${quote(node.text).slice(1, -1)}]`;
  return `Write:  ${key}: [first, second]`;
}

function lastKey(at: string): string {
  return at.slice(at.lastIndexOf(".") + 1);
}
