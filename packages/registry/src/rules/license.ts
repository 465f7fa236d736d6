import { createRequire } from "node:module";
import parse from "spdx-expression-parse";
import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { spelled } from "../unicode/spelled.ts";

const require = createRequire(import.meta.url);
const CURRENT = new Set(require("spdx-license-ids") as string[]);
const MAX_LENGTH = 200;
const WANT = "an SPDX expression such as MIT, or MIT OR Apache-2.0";

export const LICENSE_SCHEMA: JsonSchema = {
  description: "An expression of SPDX identifiers, as in package.json: MIT, or MIT OR Apache-2.0.",
  type: "string",
  minLength: 1,
  maxLength: MAX_LENGTH,
};

/** What is wrong with a licence: it has to be an expression of SPDX identifiers that are not deprecated. */
export function checkLicense(license: string): Problem[] {
  const problem = (message: string, fix?: string): Problem[] => [
    { rule: "license-spdx", message, got: `"${spelled(license)}"`, want: WANT, fix },
  ];
  if (license.length > MAX_LENGTH) return problem(`longer than ${MAX_LENGTH} characters`);
  const info = parsed(license);
  if (info === undefined) return problem("not an SPDX expression", nearest(license));
  const unknown = licensesOf(info).find((id) => !CURRENT.has(id));
  if (unknown === undefined) return license === normalised(license) ? [] : problem("written with spare spaces");
  const isDeprecated = !unknown.includes("Ref-");
  return problem(
    isDeprecated ? `"${unknown}" is a deprecated identifier` : "not on SPDX's list",
    nearest(license) ?? nearest(unknown),
  );
}

function parsed(license: string): parse.Info | undefined {
  // The parser takes operators in any case; SPDX in capitals, npm too.
  if (license.split(/[ ()]+/).some((word) => /^(?:and|or|with)$/i.test(word) && word !== word.toUpperCase()))
    return undefined;
  try {
    return parse(license);
  } catch {
    return undefined;
  }
}

function licensesOf(info: parse.Info): string[] {
  return "license" in info ? [info.license] : [...licensesOf(info.left), ...licensesOf(info.right)];
}

function normalised(license: string): string {
  return license.trim().replace(/ +/g, " ");
}

/** The identifier that differs in case alone, or that took the place of a deprecated one. */
function nearest(license: string): string | undefined {
  const folded = license.trim().toLowerCase();
  const candidates = [folded, `${folded}-only`, folded.replace(/\+$/, "-or-later"), folded.replaceAll(" ", "-")];
  const found = [...CURRENT].find((id) => candidates.includes(id.toLowerCase()));
  return found === undefined || found === license ? undefined : `write "${found}"`;
}
