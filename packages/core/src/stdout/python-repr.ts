import type { Json } from "../snapshot.ts";

/** How Python's `repr` shows a value that came from JSON: upstream puts mappings into its texts that way. */
export function pythonRepr(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "string") return stringRepr(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberRepr(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => pythonRepr(item)).join(", ")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`);
  return `{${entries.join(", ")}}`;
}

/** As Python shows the number that JSON text holds: without a point and an exponent it is an integer. */
function numberRepr(value: number): string {
  const json = JSON.stringify(value);
  const [mantissa, power] = value.toExponential().split("e");
  const exponent = Number(power);
  // Both languages write the fewest digits that give the number back, but begin at other sizes to use an exponent.
  if (exponent >= -4) return json;
  return `${mantissa}e-${String(-exponent).padStart(2, "0")}`;
}

// A backslash, a quote, and everything that Python does not call printable: \p{C} and \p{Z} but for the blank.
const SPECIAL = /[\\']|(?! )[\p{C}\p{Z}]/gu;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function stringRepr(text: string): string {
  if (text.includes("'") && !text.includes('"')) return `"${escape(text, "'")}"`;
  return `'${escape(text, "\\'")}'`;
}

function escape(text: string, quote: string): string {
  return text.replaceAll(SPECIAL, (character) =>
    character === "'" ? quote : (ESCAPES[character] ?? hexEscape(character)),
  );
}

function hexEscape(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const digits = point.toString(16);
  if (point < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return point < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
