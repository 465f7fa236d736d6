import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import type { Answers } from "./answers.ts";
import { checkTexts, completeAnswers, idOf } from "./complete.ts";
import type { Texts } from "./complete.ts";
import { HELP } from "./help.ts";
import { parseFlags } from "./options.ts";
import type { Flags } from "./options.ts";
import { COMMANDS, choosePackageManager } from "./package-manager/package-manager.ts";
import { quoted } from "./quoted.ts";
import { render } from "./render.ts";
import { ScaffoldError } from "./scaffold-error.ts";
import { SCAFFOLD_FILE } from "./scaffold-file.ts";
import { lookAround } from "./surroundings.ts";
import { loadTemplate } from "./template.ts";
import { ownRanges, ownVersion } from "./versions.ts";
import { checkFolder, writeFolder } from "./write-folder.ts";

/** What the command needs of its process. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  readonly isInteractive: boolean;
  print(text: string): void;
  complain(text: string): void;
}

interface Plan {
  /** As people have written it. */
  readonly shown: string;
  readonly directory: string;
  readonly answers: Answers;
  readonly files: ReadonlyMap<string, string>;
}

/** @returns the exit code: 0 done, 1 it could not be done, 2 asked for wrongly, 130 called off. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  // Also for errors in the flags themselves.
  const wantsJson = argv.includes("--json") || terminal.environment["npm_config_json"] === "true";
  try {
    const flags = parseFlags(argv, terminal.environment);
    if (flags.switches.help === true) terminal.print(HELP);
    else if (flags.switches.version === true) terminal.print(`${ownVersion()}\n`);
    else await create(flags, terminal);
    return 0;
  } catch (error) {
    if (!(error instanceof ScaffoldError)) throw error;
    if (wantsJson) terminal.print(`${JSON.stringify({ error: { rule: error.rule, message: error.message } })}\n`);
    else if (error.rule !== "cancelled") terminal.complain(`${error}\n`);
    return error.exitCode;
  }
}

async function create(flags: Flags, terminal: Terminal): Promise<void> {
  const { switches } = flags;
  const plan = await makePlan(flags, terminal);
  if (switches["dry-run"] !== true) await writeFolder(plan.directory, plan.files);
  const next = nextCommands(plan, switches.install === true);
  if (switches["dry-run"] !== true && switches.git === true) initGit(plan);
  if (switches["dry-run"] !== true && switches.install === true) install(plan, switches.json === true);
  const done = { dryRun: switches["dry-run"] === true, next };
  terminal.print(switches.json === true ? asJson(plan, done) : asText(plan, done));
}

async function makePlan({ directory: given, texts, switches }: Flags, terminal: Terminal): Promise<Plan> {
  const { pm, ...known } = texts;
  checkTexts(known); // before people are asked for the rest
  const isAsking = terminal.isInteractive && switches.yes !== true && switches.json !== true;
  const questions = isAsking ? await import("./questions.ts") : undefined;
  const shown = given ?? (await questions?.askDirectory());
  if (shown === undefined || shown === "")
    throw new ScaffoldError("missing-flag", "a folder (example: npm create charm-telemetry acme)", 2);
  const directory = resolve(shown);
  const packageManager = choosePackageManager(pm, directory, terminal.environment);
  checkFolder(directory, shown, switches.force === true);
  const at = lookAround(directory);
  const answered =
    questions === undefined ? withId(known, directory, shown) : await questions.askAll(known, directory, at);
  const answers = completeAnswers(answered, packageManager, at);
  const template = loadTemplate();
  if (template === undefined) throw new Error("this package has been published without its template");
  return { shown, directory, answers, files: render(template, answers, ownRanges()) };
}

function withId(texts: Texts, directory: string, given: string): Texts & { id: string } {
  return { ...texts, id: texts.id ?? idOf(basename(directory), given) };
}

function initGit({ directory }: Plan): void {
  if (existsSync(join(directory, ".git"))) return;
  const { status, stderr, error } = spawnSync("git", ["init", "--quiet", "--initial-branch=main"], {
    cwd: directory,
    encoding: "utf8",
  });
  if (status === 0) return;
  const reason = (error?.message ?? stderr).trim().split("\n")[0];
  throw new ScaffoldError("git", `the files are written, but git init failed: ${reason}`, 1);
}

/** With `isQuiet`, what the package manager prints goes to stderr: stdout is for JSON alone. */
function install({ directory, answers, shown }: Plan, isQuiet: boolean): void {
  const { name } = answers.packageManager;
  const { status, error } = spawnSync(name, ["install"], {
    cwd: directory,
    stdio: ["ignore", isQuiet ? 2 : "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  const reason = error === undefined ? `it ended with ${status}` : error.message;
  throw new ScaffoldError(
    "install",
    `the files are written, but ${name} install failed: ${reason} (fix: cd ${quoted(shown)} && ${name} install)`,
    1,
  );
}

function nextCommands({ directory, shown, answers }: Plan, isInstalled: boolean): string[] {
  const commands = COMMANDS[answers.packageManager.name];
  const steps = relative(process.cwd(), directory) === "" ? [] : [`cd ${quoted(shown)}`];
  if (!isInstalled) steps.push(commands.install);
  return [...steps, commands.test, `${commands.run} check:publish`].slice(0, 3);
}

interface Done {
  readonly dryRun: boolean;
  readonly next: readonly string[];
}

function asJson({ directory, answers, files }: Plan, { dryRun, next }: Done): string {
  const { id, language, packageManager } = answers;
  const report = {
    directory,
    package: answers.package,
    id,
    language,
    packageManager: packageManager.name,
    dryRun,
    files: [...files.keys()].toSorted(),
    next,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function asText({ shown, answers, files }: Plan, { dryRun, next }: Done): string {
  const paths = [...files.keys()].toSorted();
  if (dryRun) return `${shown} would have:\n${paths.map((path) => `  ${path}\n`).join("")}`;
  const extension = answers.language;
  return [
    `\n${shown}: ${answers.package}, ${paths.length} files. It sends runs to ${answers.name} as it is; src/options.${extension}`,
    `and src/encode.${extension} are yours to edit. ${SCAFFOLD_FILE} remembers your answers for later updates.\n`,
    "Next:\n",
    ...next.map((command) => `  ${command}`),
    "",
  ].join("\n");
}
