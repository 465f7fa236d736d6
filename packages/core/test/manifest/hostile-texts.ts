import fc from "fast-check";
import { manifestText } from "./support.ts";

/** What it is, the text, where it is wrong and what is said of it. */
export const MALFORMED: readonly (readonly [what: string, text: string, where: string, message: string])[] = [
  ["a tab as indentation", "runtime:\n\ttelemetry: []", "charm.yaml:2:1", "a tab stands where only blanks may"],
  ["a tab after a colon", "a:\tb", "charm.yaml:1:3", "a tab stands where only blanks may"],
  ["an open bracket", "a: [b", "charm.yaml:1:6", "not readable as YAML"],
  ["an open quote", 'a: "b', "charm.yaml:1:6", "a quote is not closed"],
  ["a colon in plain text", "a: b: c", "charm.yaml:1:4", "not readable as YAML"],
  ["two documents", "a: 1\n---\nb: 2\n", "charm.yaml:2:1", "a second YAML document begins"],
  ["an unknown alias", "a: *b", "charm.yaml:1:4", "no anchor before this alias"],
  ["an anchor twice", "a: &x 1\nb: &x 2", "charm.yaml:2:7", "a second anchor of the same name"],
  ["an unknown tag", "a: !!python/object:os.system x", "charm.yaml:1:30", "the tag"],
  ["a tag that does not fit", "a: !!int many", "charm.yaml:1:10", "its tag says !!int"],
  ["a mapping as a key", "{[a]: b}", "charm.yaml:1:2", "used as a key"],
  ["a NUL", "a: b\0c", "charm.yaml:1:5", "U+0000"],
  ["a number as a key of the file", "1: a", "charm.yaml:1:1", "keys of the file must be strings"],
];

const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(20)}]`);
const keys = Array.from({ length: 200 }, (_, index) => `k${index}: v`).join(", ");
const uses = Array.from({ length: 100 }, (_, index) => `u${index}: {<<: *base}`);

export const HURTING = {
  aliases: manifestText("telemetry: *l30", { defaults: ["l0: &l0 lol", ...levels].join("\n") }),
  merges: manifestText("telemetry: []", { defaults: [`base: &base {${keys}}`, ...uses].join("\n") }),
  circles: manifestText("telemetry: &t [*t]\n  memory: &m {config: *m, <<: *m}"),
  prototypes: "__proto__: {version: x}\nconstructor: y\n",
};

export const NESTED = {
  lists: "[".repeat(50_000),
  mappings: "{a: ".repeat(50_000),
  blocks: `${"- ".repeat(50_000)}x`,
};

const line = fc.oneof(
  fc.constantFrom(
    ...manifestText("telemetry: [datadog]\n  memory:\n    provider: local").split("\n"),
    "telemetry:",
    "  - [a",
    "  <<: *x",
    "&x a: b",
    "\t",
    "---",
    "...",
    "? |",
    "!!set {a}",
    "'",
  ),
  fc.string({ unit: "binary" }),
);

/** A few lines of YAML, or of anything. */
export const anyText: fc.Arbitrary<string> = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"));
