import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { MIGRATIONS } from "../migrations/index.ts";
import { render } from "../render.ts";
import { ScaffoldError } from "../scaffold-error.ts";
import { SCAFFOLD_FILE, formatScaffoldFile, parseScaffoldFile } from "../scaffold-file.ts";
import type { Scaffold } from "../scaffold-file.ts";
import { loadTemplate, newestVersion } from "../template.ts";
import { ownRanges } from "../versions.ts";
import type { Ranges } from "../versions.ts";
import { writeFolder } from "../write-folder.ts";
import { planUpdate } from "./plan.ts";
import type { Change, UpdatePlan } from "./plan.ts";

export interface UpdateOptions {
  /** Do it although git would not bring back what was. */
  readonly isForced?: boolean;
  /** Say what would be done, and touch nothing. */
  readonly isDryRun?: boolean;
}

export interface UpdateReport {
  /** Versions of the template; the same where there is nothing to do. */
  readonly from: number;
  readonly to: number;
  /** By path. */
  readonly changes: readonly Change[];
}

/**
 * Brings the scaffold in `directory` to today's template. What people have changed is merged; where that cannot be done
 * their file stays as it is and the template's is written beside it as `<file>.new`.
 *
 * @throws ScaffoldError `not-a-scaffold`, `scaffold-file`, `template-newer`, `git-dirty`, `cancelled`. Nothing is written then.
 */
export async function updateScaffold(
  directory: string,
  { isForced = false, isDryRun = false }: UpdateOptions = {},
): Promise<UpdateReport> {
  const folder = resolve(directory);
  const scaffold = readScaffold(folder, directory);
  const to = newestVersion();
  const report = { from: scaffold.template, to };
  if (scaffold.template === to) return { ...report, changes: [] };
  const plan = planFor(scaffold, folder);
  if (isDryRun) return { ...report, changes: plan.changes };
  if (!isForced) checkGit(folder);
  const record = formatScaffoldFile({ ...scaffold, template: to });
  const writes = [...plan.writes].map(([path, text]) => [path, withLineEnds(text, folder, path)] as const);
  await writeFolder(folder, new Map([...writes, [SCAFFOLD_FILE, record]]));
  for (const path of plan.removals) rmSync(join(folder, path), { force: true });
  return { ...report, changes: plan.changes };
}

/** `tsconfig.json:3:1 conflict: kept yours, wrote tsconfig.json.new` */
export function formatChange({ path, kind, from, line, reason }: Change): string {
  if (kind === "conflict") return `${path}:${line}:1 conflict: kept yours, wrote ${path}.new`;
  if (kind === "moved") return `${path} moved from ${from}`;
  return `${path} ${kind}${reason === undefined ? "" : `: ${reason}`}`;
}

function readScaffold(folder: string, shown: string): Scaffold {
  const text = readText(join(folder, SCAFFOLD_FILE));
  if (text === undefined)
    throw new ScaffoldError(
      "not-a-scaffold",
      `${shown} has no ${SCAFFOLD_FILE}, which npm create charm-telemetry writes (fix: go to the exporter's folder)`,
      2,
    );
  return parseScaffoldFile(text, newestVersion());
}

function planFor({ template, answers }: Scaffold, folder: string): UpdatePlan {
  const recorded = loadTemplate(template);
  const today = loadTemplate();
  if (recorded === undefined || today === undefined) throw new Error("this package lacks a version of the template");
  const read = (path: string): string | undefined => readText(join(folder, path));
  const base = render(recorded, answers, rangesOf(read("package.json")));
  const theirs = render(today, answers, ownRanges());
  for (const files of [base, theirs]) files.delete(SCAFFOLD_FILE);
  return planUpdate(
    read,
    base,
    theirs,
    MIGRATIONS.filter(({ to }) => to > template),
  );
}

/** Ranges of our own packages are always today's: as if people had not changed them. */
function rangesOf(packageJson: string | undefined): Ranges {
  try {
    const { devDependencies = {} } = JSON.parse(packageJson ?? "{}") as { devDependencies?: Ranges };
    return Object.fromEntries(Object.entries(devDependencies).filter(([name]) => name.startsWith("@charm/")));
  } catch {
    return {};
  }
}

function checkGit(folder: string): void {
  const { status, stdout } = spawnSync("git", ["status", "--porcelain", "--", "."], { cwd: folder, encoding: "utf8" });
  const problem =
    status !== 0
      ? "git does not keep this folder"
      : stdout === ""
        ? undefined
        : `not committed: ${stdout
            .trimEnd()
            .split("\n")
            .slice(0, 5)
            .map((line) => line.slice(3))
            .join(", ")}`;
  if (problem === undefined) return;
  throw new ScaffoldError("git-dirty", `${problem} (fix: commit first, or --force)`, 1);
}

/** With the line ends of the file that is there: git may have made them CRLF. */
function withLineEnds(text: string, folder: string, path: string): string {
  return readFile(join(folder, path))?.includes("\r\n") ? text.replaceAll("\n", "\r\n") : text;
}

/** With line ends as the template has them. */
function readText(path: string): string | undefined {
  return readFile(path)?.replaceAll("\r\n", "\n");
}

function readFile(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : undefined;
}
