/**
 * What a plain scalar means to upstream's reader, which follows YAML 1.1: `on` is a boolean, `0.4` a number, `0.4.2` a
 * string. Stricter than the YAML 1.1 type page, as that reader is: `y` and `1e5` are strings.
 */

export type ScalarKind = "string" | "null" | "boolean" | "integer" | "float" | "timestamp";

export interface ScalarMeaning {
  readonly kind: ScalarKind;
  /** Of booleans (0 or 1), integers and floats. */
  readonly number?: number;
}

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const BINARY = /^[-+]?0b[01_]+$/;
const OCTAL = /^[-+]?0[0-7_]+$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const HEXADECIMAL = /^[-+]?0x[0-9a-fA-F_]+$/;
const BASE_60 = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const FLOAT_BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const INFINITY = /^[-+]?\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/;

export function resolvePlainScalar(text: string): ScalarMeaning {
  if (NULL.test(text)) return { kind: "null" };
  if (TRUE.test(text)) return { kind: "boolean", number: 1 };
  if (FALSE.test(text)) return { kind: "boolean", number: 0 };
  const digits = text.replaceAll("_", "");
  const unsigned = digits.replace(/^[-+]/, "");
  const sign = digits.startsWith("-") ? -1 : 1;
  if (DECIMAL.test(text)) return { kind: "integer", number: Number(digits) };
  if (FLOAT.test(text)) return { kind: "float", number: Number(digits) };
  if (BINARY.test(text)) return { kind: "integer", number: sign * Number.parseInt(unsigned.slice(2), 2) };
  if (OCTAL.test(text)) return { kind: "integer", number: sign * Number.parseInt(unsigned, 8) };
  if (HEXADECIMAL.test(text)) return { kind: "integer", number: sign * Number.parseInt(unsigned, 16) };
  if (BASE_60.test(text)) return { kind: "integer", number: sign * base60(unsigned) };
  if (FLOAT_BASE_60.test(text)) return { kind: "float", number: sign * base60(unsigned) };
  if (INFINITY.test(text)) return { kind: "float", number: sign * Number.POSITIVE_INFINITY };
  if (NAN.test(text)) return { kind: "float", number: Number.NaN };
  if (DATE.test(text) || TIME.test(text)) return { kind: "timestamp" };
  return { kind: "string" };
}

/** What the names of the types in YAML begin with, which are written `!!str` and so on. */
export const CORE_TAG = "tag:yaml.org,2002:";

const KINDS: ReadonlyMap<string, ScalarKind> = new Map([
  [`${CORE_TAG}null`, "null"],
  [`${CORE_TAG}bool`, "boolean"],
  [`${CORE_TAG}int`, "integer"],
  [`${CORE_TAG}float`, "float"],
  [`${CORE_TAG}timestamp`, "timestamp"],
]);

export function kindOfTag(tag: string): ScalarKind {
  return KINDS.get(tag) ?? "string";
}

/** `!!str 0.4` and the like; undefined when the text is nothing of that kind. */
export function resolveAs(kind: ScalarKind, text: string): ScalarMeaning | undefined {
  if (kind === "string" || kind === "null") return { kind };
  const plain = resolvePlainScalar(kind === "boolean" ? text.toLowerCase() : text);
  return plain.kind === kind || (kind === "float" && plain.kind === "integer") ? { ...plain, kind } : undefined;
}

function base60(text: string): number {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
