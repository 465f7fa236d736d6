import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Parser } from "tar";
import type { ReadEntry } from "tar";
import { shown } from "../finding.ts";
import { PACKAGE_LIMITS } from "./limits.ts";
import type { PackageLimits } from "./limits.ts";
import { packageProblem } from "./package-problem.ts";
import type { PackageProblem } from "./package-problem.ts";

/** Files of a package by their path in it, with forward slashes. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

/** Files, or the reasons why nothing of a tarball may be used. */
export type OpenedTarball =
  | { readonly files: PackageFiles; readonly problems: readonly [] }
  | { readonly files?: undefined; readonly problems: readonly PackageProblem[] };

/** A tarball can hold any number of wrong entries; this many say what it is. */
const MAX_PROBLEMS = 10;

/**
 * Reads a package's tarball into memory, writing nothing. Whoever made it may have meant harm: it is refused unless it
 * holds ordinary files alone, under names that stay inside of a folder and are told apart on every file system.
 *
 * @throws Error when a file of that path cannot be read
 */
export async function openTarball(
  tarball: Uint8Array | string,
  limits: Partial<PackageLimits> = {},
): Promise<OpenedTarball> {
  const all = { ...PACKAGE_LIMITS, ...limits };
  const refused = (message: string): OpenedTarball => ({ problems: [packageProblem("tarball", message)] });
  const size = typeof tarball === "string" ? (await stat(tarball)).size : tarball.byteLength;
  if (size > all.maxPackedBytes) return refused(`has ${size} bytes, the limit is ${all.maxPackedBytes}`);
  const packed = typeof tarball === "string" ? await readFile(tarball) : tarball;
  let archive: Uint8Array;
  try {
    archive = await promisify(gunzip)(packed, { maxOutputLength: all.maxArchiveBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      return refused(`${size} bytes unpack to more than ${all.maxArchiveBytes}`);
    return refused("is not compressed with gzip, or broken");
  }
  return readArchive(archive, all);
}

async function readArchive(archive: Uint8Array, limits: PackageLimits): Promise<OpenedTarball> {
  const files = new Map<string, Uint8Array>();
  const names = new Names();
  const problems: PackageProblem[] = [];
  const complain = (message: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(packageProblem("tarball", message));
  };
  const take = (entry: ReadEntry): void => {
    const problem = problemOf(entry) ?? names.add(entry) ?? (names.count > limits.maxFiles ? "" : undefined);
    // One file too many is said once, at the end.
    if (problem !== undefined) {
      if (problem !== "") complain(problem);
      entry.resume();
      return;
    }
    if (entry.type === "Directory") {
      entry.resume();
      return;
    }
    const chunks: Uint8Array[] = [];
    entry.on("data", (chunk) => chunks.push(chunk));
    entry.on("end", () => files.set(inPackage(entry.path), Buffer.concat(chunks)));
  };

  const broken = await new Promise<string | undefined>((settle) => {
    const parser = new Parser({
      strict: true,
      onReadEntry: take,
    });
    parser.on("ignoredEntry", (entry: ReadEntry) => complain(unusual(entry)));
    parser.on("error", (error: unknown) => settle(error instanceof Error ? error.message : String(error)));
    parser.on("end", () => settle(undefined));
    parser.end(Buffer.from(archive));
  });
  if (broken !== undefined) complain(`cannot be read: ${shown(broken)}`);
  if (names.count > limits.maxFiles) complain(`has ${names.count} entries, the limit is ${limits.maxFiles}`);
  return problems.length > 0 ? { problems } : { files, problems: [] };
}

const ORDINARY: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile", "Directory"]);
/** In bytes, as file systems count. */
const MAX_PATH = 400;
const MAX_SEGMENT = 200;

/** What is wrong with an entry by itself. */
function problemOf(entry: ReadEntry): string | undefined {
  const { path } = entry;
  if (!ORDINARY.has(entry.type)) return unusual(entry);
  const name = `"${shown(path)}"`;
  // Parsers put U+FFFD where bytes are not UTF-8.
  if (path.includes("\uFFFD")) return `${name} is not UTF-8`;
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u001F\u007F]/.test(path)) return `${name} has control characters`;
  if (path.includes("\\")) return `${name} has a backslash`;
  if (/^(?:\/|[A-Za-z]:)/.test(path)) return `${name} is an absolute path`;
  const segments = path.replace(/\/$/, "").split("/");
  if (segments.some((segment) => segment === "..")) return `${name} leads out of the package`;
  if (segments.some((segment) => segment === "." || segment === "")) return `${name} is not a plain path`;
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT)) return `${name} is too long`;
  if (Buffer.byteLength(path) > MAX_PATH) return `${name} is too long`;
  return segments.length === 1 && entry.type !== "Directory" ? `${name} is in no folder` : undefined;
}

function unusual({ path, type, linkpath }: ReadEntry): string {
  if (type === "SymbolicLink" || type === "Link") return `"${shown(path)}" is a link to "${shown(linkpath ?? "")}"`;
  return `"${shown(path)}" is no file (${shown(type)})`;
}

/** npm drops the first segment, which is mostly `package`. */
function inPackage(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}

/** The names that have been seen, so that no entry takes the place of another. */
class Names {
  readonly #files = new Map<string, string>();
  readonly #folders = new Map<string, string>();
  count = 0;

  /** Says what is in the way of this entry. */
  add(entry: ReadEntry): string | undefined {
    this.count++;
    if (entry.type === "Directory") return undefined;
    const path = inPackage(entry.path);
    const folded = fold(path);
    const other = this.#files.get(folded) ?? this.#folders.get(folded);
    if (other !== undefined) return `"${shown(path)}" and "${shown(other)}" are in each other's way`;
    this.#files.set(folded, path);
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      const file = this.#files.get(fold(folder));
      if (file !== undefined) return `"${shown(path)}" and "${shown(file)}" are in each other's way`;
      const sameFolder = this.#folders.get(fold(folder)) ?? folder;
      if (sameFolder !== folder) return `"${shown(folder)}" and "${shown(sameFolder)}" differ in case alone`;
      this.#folders.set(fold(folder), folder);
    }
    return undefined;
  }
}

/** One for all names that some file system takes for the same. */
function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
