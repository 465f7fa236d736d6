import validate from "validate-npm-package-name";
import { shown } from "../finding.ts";
import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { OWN_PACKAGES } from "./reserved.ts";
import { isAllowed, isOneLetterFrom, tooSimilar } from "./similar.ts";
import type { SimilarPair } from "./similar.ts";
import { spelled } from "../unicode/spelled.ts";

const MAX_LENGTH = 214;
const PRINTABLE = /^[\x21-\x7e]+$/;
// npm's own rules let a segment be "." or "node_modules" behind a scope.
const SEGMENT = /^(?!(?:node_modules|favicon\.ico)$)[a-z0-9-][a-z0-9._-]*$/;
const UNSCOPED = /^charm-telemetry-[a-z0-9]/;

export const NPM_NAME_SCHEMA: JsonSchema = {
  description: "The package on npm: charm-telemetry-<x>, or any name in a scope.",
  type: "string",
  maxLength: MAX_LENGTH,
  pattern: "^(?:@[a-z0-9][a-z0-9._-]*/[a-z0-9-][a-z0-9._-]*|charm-telemetry-[a-z0-9][a-z0-9._-]*)$",
  not: { pattern: "(?:^@|/)(?:node_modules|favicon\\.ico)(?:/|$)" },
};

/**
 * What is wrong with the name of a package that is to be listed.
 *
 * @param allowed packages that may be one letter apart
 */
export function checkPackageName(name: string, allowed: readonly SimilarPair[] = []): Problem[] {
  const problem = (message: string, want: string): Problem[] => [
    { rule: "npm-name", message: shown(message), got: `"${spelled(name)}"`, want },
  ];
  if (!PRINTABLE.test(name)) {
    return problem("not a name that npm accepts", "a published package such as charm-telemetry-acme");
  }
  const result = validate(name);
  if (!result.validForNewPackages) {
    return problem(
      [...(result.errors ?? []), ...(result.warnings ?? [])].join(", "),
      "a published package such as charm-telemetry-acme",
    );
  }
  const isScoped = name.startsWith("@");
  const segments = isScoped ? name.slice(1).split("/") : [name];
  if (!segments.every((segment) => SEGMENT.test(segment))) {
    return problem("a part of the name is not allowed", "letters, digits, hyphens, dots and underscores");
  }
  if (!isScoped && !UNSCOPED.test(name)) {
    return problem("not called as exporters are", "charm-telemetry-<x>, or a name in a scope");
  }
  return checkLikeness(name, allowed);
}

function checkLikeness(name: string, allowed: readonly SimilarPair[]): Problem[] {
  if (OWN_PACKAGES.includes(name)) return [];
  return OWN_PACKAGES.filter((own) => isOneLetterFrom(name, own) && !isOfSameScope(name, own))
    .filter((own) => !isAllowed(allowed, name, own))
    .slice(0, 1)
    .map((own) => tooSimilar("npm-similar", own));
}

/** True of names in one scope: npm gives a scope to one owner, who may call packages as they like. */
export function isOfSameScope(left: string, right: string): boolean {
  const scope = (name: string): string | undefined => /^@[^/]+\//.exec(name)?.[0];
  return scope(left) !== undefined && scope(left) === scope(right);
}
