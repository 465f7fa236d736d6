import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatManifest, readAllowList, readFacts, readIndex, validateRegistry } from "../../src/index.ts";
import type { Finding, RegistryFile, RegistryInput } from "../../src/index.ts";

export const RULE_CASES: string = join(import.meta.dirname, "../fixtures/rules");
const REGISTRY = "registry/telemetry";

/** A small registry on disk that one rule refuses, or accepts. */
export interface RuleCase {
  readonly rule: string;
  readonly kind: "bad" | "good";
  readonly name: string;
  readonly folder: string;
}

export function ruleCases(): RuleCase[] {
  return subfolders(RULE_CASES).flatMap((rule) =>
    (["bad", "good"] as const).flatMap((kind) =>
      subfolders(join(RULE_CASES, rule, kind)).map((name) => {
        return { rule, kind, name, folder: join(RULE_CASES, rule, kind, name) };
      }),
    ),
  );
}

function subfolders(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

/** The files of a case, as the registry's own. */
export function filesOf({ folder }: RuleCase): RegistryFile[] {
  return ["manifests", "removed"].flatMap((part) =>
    subfolders(join(folder, part)).map((name) => {
      return { path: `${REGISTRY}/${part}/${name}`, bytes: readFileSync(join(folder, part, name)) };
    }),
  );
}

/** What is found in a case: by the validator, and for the rule about how files are written by the formatter. */
export function findingsOf(each: RuleCase): Finding[] {
  const files = filesOf(each);
  if (each.rule === "format") return files.flatMap((file) => formatManifest(file).findings);
  const text = (name: string): string | undefined => {
    const path = join(each.folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  };
  const [index, previous, facts, similar] = ["registry.json", "previous.json", "facts.json", "similar.json"].map(text);
  const input: RegistryInput = {
    files,
    index: index === undefined ? undefined : { path: `${REGISTRY}/registry.json`, text: index },
    previousIndex: previous === undefined ? undefined : readIndex(previous),
    facts: facts === undefined ? undefined : readFacts(facts),
    allowList:
      similar === undefined
        ? undefined
        : readAllowList({ path: `${REGISTRY}/similar.json`, bytes: Buffer.from(similar) }).pairs,
  };
  return validateRegistry(input);
}
