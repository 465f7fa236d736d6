import { parseArgs } from "node:util";
import { ScaffoldError } from "./scaffold-error.ts";

const TEXTS = ["id", "package", "name", "description", "author", "license", "repository", "language", "pm"] as const;
const SWITCHES = ["yes", "json", "dry-run", "install", "git", "force", "help", "version"] as const;

type TextFlag = (typeof TEXTS)[number];
type Switch = (typeof SWITCHES)[number];

/** What was asked for on the command line. */
export interface Flags {
  readonly directory: string | undefined;
  readonly texts: Readonly<Partial<Record<TextFlag, string>>>;
  readonly switches: Readonly<Partial<Record<Switch, boolean>>>;
}

const KNOWN = Object.fromEntries([
  ...TEXTS.map((name) => [name, { type: "string" as const }]),
  ...SWITCHES.map((name) => [name, { type: "boolean" as const }]),
]) as Record<TextFlag, { type: "string" }> & Record<Switch, { type: "boolean" }>;

/**
 * Reads the flags. `npm create` keeps those that do not follow `--` for itself and hands them on as variables, other
 * package managers hand `--` on: all of it is understood.
 *
 * @throws ScaffoldError `usage`, `npm-flag`
 */
export function parseFlags(argv: readonly string[], environment: NodeJS.ProcessEnv): Flags {
  const { values, positionals } = parse(argv.filter((argument, index) => index !== argv.indexOf("--")));
  if (positionals.length > 1) throw tooMany(positionals, environment);
  const kept = environment["npm_command"] === "init" ? keptByNpm(environment) : { texts: {}, switches: {} };
  const texts = Object.fromEntries(TEXTS.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
  const switches = Object.fromEntries(
    SWITCHES.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
  return {
    directory: positionals[0],
    texts: { ...kept.texts, ...texts },
    switches: { ...kept.switches, ...switches },
  };
}

function parse(argv: string[]): { values: Partial<Record<string, string | boolean>>; positionals: string[] } {
  try {
    return parseArgs({
      args: argv,
      options: { ...KNOWN, yes: { type: "boolean", short: "y" }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
      allowNegative: true,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ScaffoldError("usage", `${message.split(". ")[0]} (fix: npm create charm-telemetry -- --help)`, 2);
  }
}

/** `--language=js` arrives as `npm_config_language=js`; of `--language js` npm keeps half. */
function keptByNpm(environment: NodeJS.ProcessEnv): Pick<Flags, "texts" | "switches"> {
  const kept = (name: string): string | undefined => environment[`npm_config_${name.replaceAll("-", "_")}`];
  const torn = TEXTS.find((name) => kept(name) === "true");
  if (torn !== undefined) throw tornFlag(torn);
  return {
    texts: Object.fromEntries(TEXTS.flatMap((name) => (kept(name) ? [[name, kept(name)]] : []))),
    switches: Object.fromEntries(
      SWITCHES.filter((name) => kept(name) !== undefined).map((name) => [name, kept(name) !== "false"]),
    ),
  };
}

/** Words too many are mostly values whose flags npm has kept. */
function tooMany(words: readonly string[], environment: NodeJS.ProcessEnv): ScaffoldError {
  const torn = environment["npm_command"] === "init" && TEXTS.find((name) => environment[`npm_config_${name}`]);
  if (torn) return tornFlag(torn);
  return new ScaffoldError("usage", `one folder is enough; got ${words.join(", ")}`, 2);
}

function tornFlag(name: TextFlag): ScaffoldError {
  return new ScaffoldError(
    "npm-flag",
    `npm has kept --${name} for itself (fix: npm create charm-telemetry <folder> -- --${name} <${name}>)`,
    2,
  );
}
