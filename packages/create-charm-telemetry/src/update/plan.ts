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
  const oldPaths = pathsBefore(migrations);
  const moved = new Set(oldPaths.values());

  for (const path of [...new Set([...theirs.keys(), ...base.keys()])].toSorted()) {
    if (moved.has(path) && !theirs.has(path)) continue;
    const old = oldPaths.get(path);
    const from = old !== undefined && read(path) === undefined && read(old) !== undefined ? old : undefined;
    const found = read(from ?? path);
    const states = withScripts(
      { path, ours: found, base: base.get(from ?? path), theirs: theirs.get(path) },
      migrations,
    );
    const { change, text = states.ours } = changeOf(states);
    if (change?.kind === "removed") removals.push(path);
    else if (change?.kind === "conflict") writes.set(`${path}.new`, states.theirs ?? "");
    if (from !== undefined) {
      changes.push({ path, kind: "moved", from });
      removals.push(from);
      writes.set(path, text ?? "");
      if (change?.kind === "conflict") changes.push(change);
    } else if (change !== undefined) {
      changes.push(change);
      if (text !== found && change.kind !== "conflict") writes.set(path, text ?? "");
    } else if (text !== undefined && text !== found) {
      changes.push({ path, kind: "updated" });
      writes.set(path, text);
    }
  }
  return { changes, writes, removals };
}

/** What was once called otherwise: from today's path to the first. */
function pathsBefore(migrations: readonly Migration[]): Map<string, string> {
  const before = new Map<string, string>();
  for (const [from, to] of migrations.flatMap(({ files = {} }) => Object.entries(files))) {
    before.set(to, before.get(from) ?? from);
    before.delete(from);
  }
  return before;
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
function withScripts(states: States, migrations: readonly Migration[]): States {
  if (states.path !== "package.json") return states;
  const renamed = migrations.flatMap(({ scripts = {} }) => Object.entries(scripts));
  return { ...states, ours: renameScripts(states.ours, renamed), base: renameScripts(states.base, renamed) };
}

function renameScripts(
  packageJson: string | undefined,
  renamed: readonly (readonly [from: string, to: string])[],
): string | undefined {
  return renamed.reduce(
    (text, [from, to]) => (text?.includes(`"${to}":`) ? text : text?.replace(`"${from}":`, `"${to}":`)),
    packageJson,
  );
}
