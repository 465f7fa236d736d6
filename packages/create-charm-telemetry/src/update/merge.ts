import { diff3Merge } from "node-diff3";

/** Two changes of one text, put together; or where they contradict each other, from 1, in the first text. */
export type Merged =
  | { readonly text: string; readonly line?: undefined }
  | { readonly text?: undefined; readonly line: number };

/** Line by line. */
export function mergeText(ours: string, base: string, theirs: string): Merged {
  const regions = diff3Merge(ours.split("\n"), base.split("\n"), theirs.split("\n"), { excludeFalseConflicts: true });
  const conflict = regions.find((region) => region.conflict !== undefined)?.conflict;
  if (conflict !== undefined) return { line: conflict.aIndex + 1 };
  return { text: regions.flatMap((region) => region.ok ?? []).join("\n") };
}
