import type { Merged } from "./merge.ts";

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

/** Raised at the first contradiction. */
class Conflict extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[]) {
    super(path.join("."));
    this.path = path;
  }
}

/** Key by key, so that neighbours do not disturb each other: lines would. Lists of texts are sets. */
export function mergeJson(ours: string, base: string, theirs: string): Merged {
  const parsed = [ours, base, theirs].map(parse);
  if (!parsed.every(isFields)) return { line: 1 };
  const [our = {}, old = {}, their = {}] = parsed;
  try {
    return { text: `${JSON.stringify(mergeFields(our, old, their, []), undefined, indentOf(ours))}\n` };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return { line: lineOf(ours, our, error.path) };
  }
}

function mergeFields(ours: Fields, base: Fields, theirs: Fields, path: readonly string[]): Fields {
  const merged = orderOf(ours, theirs).map(
    (key) => [key, mergeValue(ours[key], base[key], theirs[key], [...path, key])] as const,
  );
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

function mergeValue(ours: Json, base: Json, theirs: Json, path: readonly string[]): Json {
  if (isSame(ours, theirs) || isSame(theirs, base)) return ours;
  if (isSame(ours, base)) return theirs;
  if (isFields(ours) && isFields(theirs)) return mergeFields(ours, isFields(base) ? base : {}, theirs, path);
  if (isTexts(ours) && isTexts(theirs)) return mergeTexts(ours, isTexts(base) ? base : [], theirs);
  throw new Conflict(path);
}

function mergeTexts(ours: readonly string[], base: readonly string[], theirs: readonly string[]): string[] {
  const kept = ours.filter((text) => theirs.includes(text) || !base.includes(text));
  return [...kept, ...theirs.filter((text) => !ours.includes(text) && !base.includes(text))];
}

/** Ours, with each new key behind the one that it follows in theirs. */
function orderOf(ours: Fields, theirs: Fields): string[] {
  const keys = Object.keys(ours);
  let place = 0;
  for (const key of Object.keys(theirs)) {
    const index = keys.indexOf(key);
    if (index < 0) keys.splice(place++, 0, key);
    else place = index + 1;
  }
  return keys;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFields(value: Json): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isSame(left: Json, right: Json): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function indentOf(text: string): string {
  return /^\{\r?\n([ \t]+)/.exec(text)?.[1] ?? "  ";
}

/** Where the value is in a text that is written as npm writes it; the first line in any other. */
function lineOf(text: string, fields: Fields, path: readonly string[]): number {
  const mark = "\u0000";
  const marked = JSON.stringify(withMark(fields, path, mark), undefined, indentOf(text)).split("\n");
  const line = marked.findIndex((each) => each.includes("\\u0000"));
  const isAsWritten = line >= 0 && marked.slice(0, line).join("\n") === text.split("\n").slice(0, line).join("\n");
  return isAsWritten ? line + 1 : 1;
}

function withMark(value: Json, [key, ...rest]: readonly string[], mark: string): Json {
  if (key === undefined || !isFields(value)) return mark;
  return { ...value, [key]: withMark(value[key], rest, mark) };
}
