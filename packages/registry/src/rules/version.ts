import parse from "semver/functions/parse.js";
import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { spelled } from "../unicode/spelled.ts";

/** From semver.org, without build metadata. */
const EXACT =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?$/;

export const VERSION_SCHEMA: JsonSchema = {
  description: "One published version, such as 1.0.0.",
  type: "string",
  maxLength: 256,
  pattern: EXACT.source,
};

/** What is wrong with the version of a published package. */
export function checkVersion(version: string): Problem[] {
  if (parse(version)?.version === version) return [];
  return [
    {
      rule: "version-exact",
      message: kindOf(version),
      got: `"${spelled(version)}"`,
      want: "one published version such as 1.0.0",
    },
  ];
}

function kindOf(text: string): string {
  if (/^v\d/i.test(text)) return "leading v";
  if (parse(text)?.raw === text && text.includes("+")) return "build metadata, which npm leaves out";
  if (/^[\^~<>=]|[*|]|\bx\b|\s-\s|^\d+(?:\.\d+)?$/i.test(text)) return "range";
  return /^[a-z][a-z-]*$/i.test(text) ? "tag" : "no version";
}
