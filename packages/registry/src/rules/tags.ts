import { shown } from "../finding.ts";
import type { Problem } from "../problem.ts";

const TAG = /^[a-z0-9-]{1,30}$/;
const MAX_TAGS = 10;

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
      problems.push({ rule: "tags", message: "not a tag", got: `"${shown(tag)}"`, want, index });
    } else if (seen.has(tag)) {
      problems.push({ rule: "tags", message: `"${tag}" is there twice`, index });
    }
    seen.add(tag);
  }
  return problems;
}
