import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { spelled } from "../unicode/spelled.ts";

const TAG = /^[a-z0-9-]{1,30}$/;
const MAX_TAGS = 10;

export const TAGS_SCHEMA: JsonSchema = {
  description: "What people may look for.",
  type: "array",
  minItems: 1,
  maxItems: MAX_TAGS,
  uniqueItems: true,
  items: { type: "string", pattern: TAG.source },
};

/** What is wrong with a list of tags; `index` says with which of them, and is absent if with the list. */
export function checkTags(tags: readonly string[]): (Problem & { index?: number })[] {
  const problems: (Problem & { index?: number })[] = [];
  if (tags.length === 0 || tags.length > MAX_TAGS) {
    problems.push({ rule: "tags", message: `${tags.length} tags`, want: `1 to ${MAX_TAGS}` });
  }
  const seen = new Set<string>();
  for (const [index, tag] of tags.entries()) {
    if (!TAG.test(tag)) {
      const want = "1 to 30 lower-case letters, digits and hyphens";
      problems.push({ rule: "tags", message: "not a tag", got: `"${spelled(tag)}"`, want, index });
    } else if (seen.has(tag)) {
      problems.push({ rule: "tags", message: `"${tag}" is there twice`, index });
    }
    seen.add(tag);
  }
  return problems;
}
