import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { FIRST_PARTY, RESERVED_IDS } from "./reserved.ts";
import { isAllowed, isOneLetterFrom, tooSimilar } from "./similar.ts";
import type { SimilarPair } from "./similar.ts";
import { spelled } from "../unicode/spelled.ts";

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const ID_LENGTH = { min: 2, max: 40 };
/** Windows has no files of these names, whatever their extension. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9])$/;

export const ID_SCHEMA: JsonSchema = {
  description: "The name that an agent's author writes in charm.yaml; the name of this file.",
  type: "string",
  minLength: ID_LENGTH.min,
  maxLength: ID_LENGTH.max,
  pattern: ID.source,
  not: { pattern: WINDOWS_DEVICE.source },
};

/**
 * What is wrong with an id: its form, and its likeness to ids that belong to Charm.
 *
 * @param npmPackage the package that wants the id; Charm's own packages may have Charm's ids.
 * @param allowed ids that may be one letter apart
 */
export function checkId(id: string, npmPackage?: string, allowed: readonly SimilarPair[] = []): Problem[] {
  const form = checkForm(id);
  return form.length > 0 ? form : checkOwner(id, npmPackage, allowed);
}

/** True of an id that a file could be called after. */
export function isWellFormed(id: string): boolean {
  return checkForm(id).length === 0;
}

function checkForm(id: string): Problem[] {
  const problem = (want: string): Problem[] => [
    { rule: "id-format", message: "not an id", got: `"${spelled(id)}"`, want, fix: suggestion(id) },
  ];
  if (id.length < ID_LENGTH.min || id.length > ID_LENGTH.max) {
    return problem(`${ID_LENGTH.min} to ${ID_LENGTH.max} characters`);
  }
  if (!ID.test(id)) return problem("lower-case letters, digits and single hyphens, a letter first, such as acme");
  return WINDOWS_DEVICE.test(id) ? problem("a name that is no device on Windows") : [];
}

function suggestion(id: string): string | undefined {
  if (!/^\p{ASCII}*$/u.test(id)) return undefined;
  const made = id
    .slice(0, ID_LENGTH.max * 2)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-$/g, "")
    .slice(0, ID_LENGTH.max)
    .replace(/-$/, "");
  const isFine = made !== id && made.length >= ID_LENGTH.min && ID.test(made) && !WINDOWS_DEVICE.test(made);
  return isFine ? `write "${made}"` : undefined;
}

function checkOwner(id: string, npmPackage: string | undefined, allowed: readonly SimilarPair[]): Problem[] {
  const owner = FIRST_PARTY.get(id);
  if (owner !== undefined && owner === npmPackage) return [];
  if (owner !== undefined) return [{ rule: "id-reserved", message: `"${id}" belongs to ${owner}` }];
  if (RESERVED_IDS.has(id)) return [{ rule: "id-reserved", message: `"${id}" is a word of Charm's own` }];
  return [...FIRST_PARTY.keys(), ...RESERVED_IDS]
    .filter((reserved) => isOneLetterFrom(id, reserved) && !isAllowed(allowed, id, reserved))
    .slice(0, 1)
    .map((reserved) => tooSimilar("id-similar", reserved));
}
