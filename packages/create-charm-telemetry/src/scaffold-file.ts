import { shown } from "@charm/telemetry-registry/findings";
import { LANGUAGES } from "./answers.ts";
import type { Answers } from "./answers.ts";
import { formatPackageManager, parsePackageManager } from "./package-manager/package-manager.ts";
import { ScaffoldError } from "./scaffold-error.ts";

/** Beside package.json, never published: what `charm-telemetry update` has to know. */
export const SCAFFOLD_FILE = ".charm-telemetry.json";

export interface Scaffold {
  /** The version of the template that the files were made from, or last updated to. */
  readonly template: number;
  readonly answers: Answers;
}

export function formatScaffoldFile({ template, answers }: Scaffold): string {
  const { packageManager, ...rest } = answers;
  const fields = { template, ...rest, packageManager: formatPackageManager(packageManager) };
  return `${JSON.stringify(fields, undefined, 2)}\n`;
}

/** The shapes that files can be made of. What may be listed today is another matter: that changes. */
const SHAPES = {
  id: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
  package: /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9-][a-z0-9._-]*$/,
  license: /^[A-Za-z0-9.+:() -]+$/,
  repository: /^https:\/\/github\.com(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+){2,}$/,
} as const;
const ONE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u;

/**
 * @param newest the newest version of the template: the answers of a newer one may be others.
 * @throws ScaffoldError `scaffold-file` for a file that nobody can make sense of, `template-newer`.
 */
export function parseScaffoldFile(text: string, newest: number): Scaffold {
  const fields = parseObject(text);
  const textOf = (key: string): string => {
    const value = fields[key];
    if (typeof value !== "string" || value === "") throw broken(`"${key}" is not a text`);
    return value;
  };
  const shaped = (key: keyof typeof SHAPES): string => {
    const text = textOf(key);
    if (!SHAPES[key].test(text)) throw broken(`"${key}" cannot be ${quoted(text)}`);
    return text;
  };
  const lineOf = (key: string): string => {
    const text = textOf(key);
    if (!ONE_LINE.test(text)) throw broken(`"${key}" is not one line of text: ${quoted(text)}`);
    return text;
  };
  const numberOf = (key: string): number => {
    const value = fields[key];
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1) throw broken(`"${key}" is not a number`);
    return value;
  };
  const template = numberOf("template");
  if (template > newest)
    throw new ScaffoldError(
      "template-newer",
      `${SCAFFOLD_FILE} says template ${template}; this command knows ${newest} (fix: npx @charm/telemetry-cli@latest update)`,
      1,
    );
  const language = LANGUAGES.find((each) => each === fields["language"]);
  if (language === undefined) throw broken('"language" is neither "ts" nor "js"');
  const packageManager = parsePackageManager(textOf("packageManager"));
  if (packageManager === undefined) throw broken('"packageManager" is not npm, pnpm, yarn or bun');
  return {
    template,
    answers: {
      id: shaped("id"),
      package: shaped("package"),
      name: lineOf("name"),
      description: lineOf("description"),
      author: lineOf("author"),
      license: shaped("license"),
      repository: shaped("repository"),
      language,
      year: numberOf("year"),
      packageManager,
    },
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken("it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken("it is not an object");
  return value as Readonly<Record<string, unknown>>;
}

function quoted(text: string): string {
  return `"${shown(text)}"`;
}

function broken(what: string): ScaffoldError {
  return new ScaffoldError(
    "scaffold-file",
    `${SCAFFOLD_FILE}: ${what} (fix: bring back the file of your last commit)`,
    1,
  );
}
