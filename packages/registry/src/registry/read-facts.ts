import type { FactsAnswer } from "../facts.ts";

/**
 * The facts of a `--facts` file: `{ "<npm_package>": { "version": "1.0.0", … } }`.
 *
 * @throws Error that names the place if the file is not of that shape.
 */
export function readFacts(text: string): Map<string, FactsAnswer> {
  const json: unknown = JSON.parse(text);
  return new Map(Object.entries(objectAt(json, "the file")).map(([name, value]) => [name, answerOf(name, value)]));
}

function answerOf(name: string, value: unknown): FactsAnswer {
  const facts = objectAt(value, name);
  if ("missing" in facts || "undecided" in facts || "broken" in facts) return facts as unknown as FactsAnswer;
  const expect = (key: string, isRight: boolean, want: string): void => {
    if (!isRight) throw new TypeError(`${name}.${key}: want ${want}`);
  };
  const { version, license, repository, install_scripts: scripts, provenance, deprecated } = facts;
  const contract = facts["implements_contract"];
  expect("version", typeof version === "string", "a text");
  expect("license", typeof license === "string" || license === null, "a text or null");
  expect("repository", isRepository(repository), "an object with url, a text or null");
  expect(
    "implements_contract",
    contract === null || /^(?:boolean|string)$/.test(typeof contract),
    "true, false, a text or null",
  );
  expect(
    "install_scripts",
    Array.isArray(scripts) && scripts.every((each) => typeof each === "string"),
    "a list of names",
  );
  expect(
    "provenance",
    provenance === null || typeof Object(provenance)["source"] === "string",
    "an object with source, or null",
  );
  expect("deprecated", deprecated === false || typeof deprecated === "string", "false or a text");
  for (const [group, names] of Object.entries(objectAt(facts["entry_points"], `${name}.entry_points`))) {
    objectAt(names, `${name}.entry_points.${group}`);
  }
  return facts as unknown as FactsAnswer;
}

function isRepository(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof Object(value)["url"] === "string";
}

function objectAt(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(`${place}: want an object`);
}
