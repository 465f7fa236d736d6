import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { formatFindings } from "../../src/report/report.ts";
import { RULES } from "../../src/rules/table.ts";
import type { Finding, RuleId } from "../../src/index.ts";
import { filesOf, findingsOf, ruleCases } from "./cases.ts";
import type { RuleCase } from "./cases.ts";

/** Which of several entries show a rule best, bad and good; else the first. */
const BEST: Readonly<Partial<Record<RuleId, readonly [bad: string, good: string]>>> = {
  "file-name": ["another-id", "id"],
  format: ["tag-order", "formatted"],
  utf8: ["latin-1", "japanese"],
  depth: ["five", "status"],
  "json-syntax": ["single-quotes", "escapes"],
  "json-comment": ["block", "in-a-text"],
  "duplicate-key": ["package", "once"],
  "lone-surrogate": ["value", "pair"],
  "missing-field": ["license", "all"],
  "unknown-field": ["pypi-package", "optional"],
  "wrong-type": ["two", "right"],
  "schema-version": ["v9", "relative"],
  "id-format": ["capital", "digits-and-hyphens"],
  "id-reserved": ["datadog", "contains"],
  "npm-name": ["dot-segments", "scoped"],
  "text-length": ["short-name", "astral"],
  "text-trim": ["leading", "inner"],
  "text-html": ["img", "less-than"],
  "text-invisible": ["bidi", "emoji"],
  "text-mixed-script": ["cyrillic", "japanese"],
  "version-exact": ["caret", "prerelease"],
  "license-spdx": ["case", "or"],
  tags: ["twice", "ten"],
  "github-url": ["other-host", "repository"],
  status: ["no-reason", "deprecated"],
  duplicate: ["package", "different"],
  "id-similar": ["insert", "contains"],
  "npm-similar": ["listed", "one-scope"],
  "id-retired": ["reuse", "back-again"],
  "entry-point-contract": ["object", "class"],
  "license-match": ["another", "same"],
  "repo-match": ["mallory", "ssh"],
};

const INTRODUCTION = `# The registry's rules

Every finding of \`charm-telemetry registry validate\` names one of these rules. Each has an entry that it refuses, with the
finding, and one that it accepts; this page is made of the entries that the validator is tested with. Errors keep an entry
out, warnings do not, and what is undecided is looked at again.`;

/** The page of all rules, made of the table of rules and of their fixtures. */
export function rulesPage(): string {
  const cases = ruleCases();
  return `${[INTRODUCTION, ...Object.keys(RULES).map((rule) => section(rule as RuleId, cases))].join("\n\n")}\n`;
}

function section(rule: RuleId, cases: readonly RuleCase[]): string {
  const { severity, summary, why } = RULES[rule];
  const bad = best(cases, rule, "bad");
  const good = best(cases, rule, "good");
  const parts = [`## ${rule}`, `${summary} ${why}${severity === "error" ? "" : ` (${severity})`}`];
  if (bad === undefined || good === undefined) return parts.join("\n\n");
  const findings = findingsOf(bad).filter((finding) => finding.rule === rule);
  const key = keyOf(excerpt(bad, findings[0]));
  parts.push(
    "Refused:",
    fence([excerpt(bad, findings[0]), "", formatFindings(findings.slice(0, 1), "text").trimEnd()].join("\n")),
  );
  parts.push("Accepted:", fence(excerpt(good, undefined, key)));
  return parts.join("\n\n");
}

function best(cases: readonly RuleCase[], rule: RuleId, kind: "bad" | "good"): RuleCase | undefined {
  const own = cases.filter((each) => each.rule === rule && each.kind === kind);
  const name = BEST[rule]?.[kind === "bad" ? 0 : 1];
  return name === undefined ? own[0] : own.find((each) => each.name === name);
}

function fence(text: string): string {
  return ["```text", text, "```"].join("\n");
}

/** The key of a line such as `"id": "foo"`. */
function keyOf(line: string): string | undefined {
  return /^"([^"]+)":/.exec(line)?.[1];
}

/** What of an entry shows the rule: a few lines of its files. */
function excerpt(each: RuleCase, finding?: Finding, key?: string): string {
  const facts = factsOf(each);
  if (facts !== undefined) return facts;
  const files = filesOf(each);
  if (
    files.length > 1 ||
    existsSync(join(each.folder, "previous.json")) ||
    existsSync(join(each.folder, "registry.json"))
  ) {
    return folderOf(each);
  }
  const [file] = files;
  if (file === undefined) return "";
  if (each.rule === "file-size") return `${basename(file.path)}, ${file.bytes.length} bytes`;
  const lines = new TextDecoder().decode(file.bytes).split(/\r\n|\n|\r/);
  const shownKey = each.rule === "format" ? "tags" : key;
  const isLine = (line: string): boolean => shownKey !== undefined && line.trim().startsWith(`"${shownKey}":`);
  const line =
    finding === undefined || each.rule === "format"
      ? (lines.find(isLine) ?? lines[1] ?? lines[0])
      : lines[finding.line - 1];
  const name = each.rule === "file-name" ? `${basename(file.path)}: ` : "";
  return name + visible((line ?? "").trim());
}

/** The facts that are not those of a package without fault. */
function factsOf({ folder, rule }: RuleCase): string | undefined {
  const path = join(folder, "facts.json");
  if (!existsSync(path)) return undefined;
  const [facts = {}] = Object.values(JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, unknown>>);
  const shownKeys: Readonly<Record<string, readonly string[]>> = {
    "npm-deprecated": ["deprecated"],
    "version-match": ["version"],
    "license-match": ["license"],
    "repo-match": ["repository"],
    "entry-point-id": ["entry_points"],
    "entry-point-contract": ["implements_contract"],
    "sandbox-missing": ["implements_contract"],
    "install-script": ["install_scripts"],
    provenance: ["provenance"],
    "provenance-match": ["provenance"],
  };
  const keys = [...(shownKeys[rule] ?? []), "missing", "undecided", "broken", "problems"].filter((key) => key in facts);
  const lines = keys.map((key) => `"${key}": ${JSON.stringify(facts[key])}`);
  return `facts: { ${lines.length === 0 ? "…" : lines.join(", ")} }`;
}

/** The files of a small registry, each with its id and package. */
function folderOf(each: RuleCase): string {
  const files = filesOf(each).map(({ path, bytes }) => {
    const { id, npm_package: npmPackage } = JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>;
    return `${path.replace("registry/telemetry/", "")}: id ${id}, npm_package ${npmPackage}`;
  });
  const lists = [
    ["previous.json", "the index before"],
    ["registry.json", "registry.json"],
  ] as const;
  const indexes = lists.flatMap(([name, title]) => {
    const path = join(each.folder, name);
    if (!existsSync(path)) return [];
    const { exporters } = JSON.parse(readFileSync(path, "utf8")) as { exporters: Record<string, string>[] };
    const key = each.rule === "owner-changed" ? "npm_package" : "version";
    return [`${title}: ${exporters.map((entry) => `${entry["id"]} ${entry[key]}`).join(", ")}`];
  });
  const similar = join(each.folder, "similar.json");
  const allowed = existsSync(similar) ? [`similar.json: ${readFileSync(similar, "utf8").trim()}`] : [];
  return [...files.slice(0, 3), ...indexes, ...allowed].map((line) => line.slice(0, 116).trimEnd()).join("\n");
}

function visible(line: string): string {
  const plain = line.replace(
    /[\p{Cc}\p{Cf}\p{Co}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`,
  );
  const characters = Array.from(plain);
  return characters.length > 110 ? `${characters.slice(0, 110).join("")}…` : plain;
}
