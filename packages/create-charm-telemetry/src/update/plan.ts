import type { Migration } from "../migrations/migration.ts";
import { mergeJson } from "./merge-json.ts";
import { mergeText } from "./merge.ts";

export type ChangeKind = "created" | "updated" | "merged" | "moved" | "removed" | "kept" | "conflict";

/** What becomes of one file. */
export interface Change {
  readonly path: string;
  readonly kind: ChangeKind;
  /** Of a file that has moved. */
  readonly from?: string | undefined;
  /** Of the first contradiction, from 1, in the file as it is. */
  readonly line?: number | undefined;
  /** Why it was kept. */
  readonly reason?: string | undefined;
}

/** What is to be done to a folder. */
export interface UpdatePlan {
  readonly changes: readonly Change[];
  readonly writes: ReadonlyMap<string, string>;
  readonly removals: readonly string[];
}

type Files = ReadonlyMap<string, string>;

/** One file in its three states. */
interface States {
  readonly path: string;
  readonly ours: string | undefined;
  readonly base: string | undefined;
  readonly theirs: string | undefined;
}

/**
 * Brings a folder from what the template made of it to what the template makes of it today.
 *
 * @param read the folder's file, if it has it.
 * @param base what the recorded version of the template has made.
 * @param theirs what today's makes.
 */
export function planUpdate(
  read: (path: string) => string | undefined,
  base: Files,
  theirs: Files,
  migrations: readonly Migration[],
): UpdatePlan {
  const changes: Change[] = [];
  const writes = new Map<string, string>();
  const removals: string[] = [];
  const moves = new Map(migrations.flatMap(({ files = {} }) => Object.entries(files).map(([from, to]) => [to, from])));
  const scripts = new Map(migrations.flatMap(({ scripts: renamed = {} }) => Object.entries(renamed)));
  const oldPaths = new Set(moves.values());

  for (const path of [...new Set([...theirs.keys(), ...base.keys()])].toSorted()) {
    if (oldPaths.has(path) && !theirs.has(path)) continue;
    const from = movedFrom(path, moves, read);
    const old = from ?? path;
    const states = withScripts({ path, ours: read(old), base: base.get(old), theirs: theirs.get(path) }, scripts);
    const { change, text } = changeOf(states);
    if (from !== undefined && states.ours !== undefined) {
      removals.push(from);
      writes.set(path, text ?? states.ours);
      changes.push({ path, kind: "moved", from });
    }
    if (change === undefined) continue;
    if (from === undefined || change.kind === "conflict") changes.push(change);
    if (change.kind === "removed") removals.push(path);
    else if (change.kind === "conflict") writes.set(`${path}.new`, states.theirs ?? "");
    else if (text !== undefined) writes.set(path, text);
  }
  return { changes, writes, removals };
}

/** The old path of a file that is still there. */
function movedFrom(
  path: string,
  moves: ReadonlyMap<string, string>,
  read: (path: string) => string | undefined,
): string | undefined {
  const from = moves.get(path);
  return from !== undefined && read(path) === undefined && read(from) !== undefined ? from : undefined;
}

function changeOf(states: States): { readonly change?: Change; readonly text?: string } {
  const { path, ours, base, theirs } = states;
  if (ours === theirs || base === theirs) return {};
  if (ours === undefined) {
    if (base === undefined)
      return { change: { path, kind: "created" }, ...(theirs === undefined ? {} : { text: theirs }) };
    return theirs === undefined ? {} : { change: { path, kind: "kept", reason: "you have removed it" } };
  }
  if (theirs === undefined) {
    if (ours === base) return { change: { path, kind: "removed" } };
    return { change: { path, kind: "kept", reason: "the template has it no longer, but you have changed it" } };
  }
  if (ours === base) return { change: { path, kind: "updated" }, text: theirs };
  if (base === undefined) return { change: { path, kind: "conflict", line: 1 } };
  return mergeOf(states, ours, base, theirs);
}

function mergeOf({ path }: States, ours: string, base: string, theirs: string): ReturnType<typeof changeOf> {
  const merge = path.endsWith("package.json") ? mergeJson : mergeText;
  const merged = merge(ours, base, theirs);
  if (merged.text === undefined) return { change: { path, kind: "conflict", line: merged.line } };
  if (merged.text === ours) return {};
  return { change: { path, kind: "merged" }, text: merged.text };
}

/** Scripts under their new names, also where people have changed them. */
function withScripts(states: States, renamed: ReadonlyMap<string, string>): States {
  if (states.path !== "package.json" || renamed.size === 0) return states;
  const rename = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : renameScripts(text, renamed);
  return { ...states, ours: rename(states.ours), base: rename(states.base) };
}

function renameScripts(text: string, renamed: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [from, to] of renamed) {
    if (result.includes(`${JSON.stringify(to)}:`)) continue;
    result = result.replace(`${JSON.stringify(from)}:`, `${JSON.stringify(to)}:`);
  }
  return result;
}
