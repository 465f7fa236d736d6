import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { shown } from "@charm/telemetry-registry/findings";
import { ScaffoldError } from "./scaffold-error.ts";

/** What may be in a folder that counts as empty: it is in nobody's way. */
const HARMLESS = new Set([".git", ".hg", ".svn", ".idea", ".vscode", ".DS_Store", "Thumbs.db", "desktop.ini"]);
const CONFLICTS_SHOWN = 5;
const STAGING = ".charm-telemetry.tmp";
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Says whether files can be written to `directory` without touching what is there.
 *
 * @throws ScaffoldError `dir-not-empty`, `not-a-folder`
 */
export function checkFolder(directory: string, given: string, isForced: boolean): void {
  const file = nearestExisting(directory);
  if (!statSync(file).isDirectory())
    throw new ScaffoldError("not-a-folder", `${file === directory ? given : file} is a file`, 1);
  if (file !== directory || isForced) return;
  const found = readdirSync(directory)
    .filter((name) => !HARMLESS.has(name))
    .toSorted();
  if (found.length === 0) return;
  const more = found.length > CONFLICTS_SHOWN ? ` and ${found.length - CONFLICTS_SHOWN} more` : "";
  const names = `${found.slice(0, CONFLICTS_SHOWN).map(shown).join(", ")}${more}`;
  throw new ScaffoldError(
    "dir-not-empty",
    `${given} has ${names} (fix: choose another folder; --force writes the template's files over those of the same name)`,
    1,
  );
}

/**
 * Writes all files, or none: they are written beside their places first, and moved when all of them are there. Whatever
 * else is in the folder stays. SIGINT and SIGTERM undo it as a failure does.
 *
 * @throws ScaffoldError `write-failed`, or `cancelled` after a signal.
 */
export async function writeFolder(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  const undo: (() => void)[] = [];
  const signals = watchSignals();
  try {
    if (existsSync(directory)) fillFolder(directory, files, undo);
    else makeFolder(directory, files, undo);
    if (await signals.came()) throw new ScaffoldError("cancelled", "nothing was written", 130);
  } catch (error) {
    for (const step of undo.reverse()) step();
    if (error instanceof ScaffoldError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScaffoldError("write-failed", `${reason}; nothing was written`, 1);
  } finally {
    signals.stop();
  }
  removeAll(join(directory, STAGING));
}

/** In one move. */
function makeFolder(directory: string, files: ReadonlyMap<string, string>, undo: (() => void)[]): void {
  const parent = dirname(directory);
  const made = mkdirSync(parent, { recursive: true });
  if (made !== undefined) undo.push(() => removeAll(made));
  // Not mkdtemp: nobody else could read that, and it is to become the folder itself.
  const staging = join(parent, `.charm-telemetry-${randomUUID()}`);
  undo.push(() => removeAll(staging));
  writeFiles(staging, files);
  renameSync(staging, directory);
  undo.push(() => removeAll(directory));
}

/** File by file; what was in a file's place is kept until all have been moved. */
function fillFolder(directory: string, files: ReadonlyMap<string, string>, undo: (() => void)[]): void {
  const staging = join(directory, STAGING);
  removeAll(staging); // of a process that was killed
  undo.push(() => removeAll(staging));
  writeFiles(join(staging, "new"), files);
  for (const path of files.keys()) {
    const target = join(directory, path);
    if (!isInside(target, directory))
      throw new ScaffoldError("link-outside", `${path} would be written elsewhere, through a link`, 1);
    const made = mkdirSync(dirname(target), { recursive: true });
    if (made !== undefined) undo.push(() => removeAll(made));
    if (existsSync(target)) {
      if (statSync(target).isDirectory()) throw new ScaffoldError("dir-not-empty", `${path} is a folder here`, 1);
      const kept = join(staging, "old", path);
      mkdirSync(dirname(kept), { recursive: true });
      renameSync(target, kept);
      undo.push(() => renameSync(kept, target));
    }
    renameSync(join(staging, "new", path), target);
    undo.push(() => removeAll(target));
  }
}

/** Folders of the package may be links; what is written stays in it. */
function isInside(target: string, directory: string): boolean {
  return `${realpathSync(nearestExisting(dirname(target)))}${sep}`.startsWith(`${realpathSync(directory)}${sep}`);
}

/** While there are listeners a signal waits for the end of the turn, and does not end the process. */
function watchSignals(): { came: () => Promise<boolean>; stop: () => void } {
  let hasCome = false;
  const listener = (): void => {
    hasCome = true;
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    came: async () => {
      await setImmediate();
      return hasCome;
    },
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}

function removeAll(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, { flag: "wx" });
  }
}

/** `directory`, or the folder above that will hold it. */
function nearestExisting(directory: string): string {
  let path = resolve(directory);
  while (!existsSync(path)) path = dirname(path);
  return path;
}
