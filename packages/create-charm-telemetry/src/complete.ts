import {
  checkAuthor,
  checkDescription,
  checkGithubUrl,
  checkId,
  checkLicense,
  checkName,
  checkPackageName,
} from "@charm/telemetry-registry";
import type { Problem } from "@charm/telemetry-registry";
import { shown } from "@charm/telemetry-registry/findings";
import { LANGUAGES, descriptionOf, nameOf, packageOf } from "./answers.ts";
import type { Answers, Language } from "./answers.ts";
import type { PackageManager } from "./package-manager/package-manager.ts";
import { quoted } from "./quoted.ts";
import { ScaffoldError } from "./scaffold-error.ts";
import type { Surroundings } from "./surroundings.ts";

/** The answers that are texts: what people are asked, and what flags may say. */
export type Question = "id" | "package" | "name" | "description" | "author" | "license" | "repository" | "language";

export const QUESTIONS: readonly Question[] = [
  "id",
  "package",
  "name",
  "description",
  "author",
  "license",
  "repository",
  "language",
];

export type Texts = Readonly<Partial<Record<Question, string>>>;

/** What is wrong with an answer, in one line and by the rules of the registry; nothing if all is well. */
export function problemWith(question: Question, text: string): string | undefined {
  const [problem] = check(question, text);
  return problem === undefined ? undefined : describe(problem);
}

/** What an answer is when nobody has given one. */
export function defaultOf(question: Exclude<Question, "id">, known: Texts & { id: string }, at: Surroundings): string {
  const name = known.name ?? nameOf(known.id);
  const packageName = known.package ?? packageOf(known.id);
  switch (question) {
    case "package":
      return packageName;
    case "name":
      return name;
    case "description":
      return descriptionOf(name);
    case "author":
      return fit(question, at.author) ?? `The authors of ${packageName}`;
    case "license":
      return "MIT";
    case "repository": {
      const atGithub = (account: string): string =>
        `https://github.com/${account}/${packageName.replace(/^@[^/]+\//, "")}`;
      const own = at.account === undefined ? undefined : atGithub(at.account);
      return fit(question, at.repository) ?? fit(question, own) ?? atGithub(known.id);
    }
    case "language":
      return "ts";
  }
}

/** What git knows has been written for others than the registry: people are not to be told off for it. */
function fit(question: Question, text: string | undefined): string | undefined {
  return text === undefined || problemWith(question, text) !== undefined ? undefined : text;
}

/**
 * The id that a folder's name suggests.
 *
 * @param given the folder as people have written it, for the example.
 * @throws ScaffoldError `missing-flag` for a name that holds no id.
 */
export function idOf(folder: string, given: string = folder): string {
  const id = folder.replace(/^charm-telemetry-/, "");
  const problem = problemWith("id", id);
  if (problem === undefined) return id;
  const example = `npm create charm-telemetry ${quoted(shown(given))} -- --id acme`;
  throw new ScaffoldError("missing-flag", `--id (example: ${example}); the folder's name gives none: ${problem}`, 2);
}

/** @throws ScaffoldError whose rule is the registry's, such as `id-format`. */
export function checkTexts(texts: Texts): void {
  for (const question of QUESTIONS) {
    const text = texts[question];
    const [problem] = text === undefined ? [] : check(question, text);
    if (problem !== undefined) throw new ScaffoldError(problem.rule, `--${question}: ${describe(problem)}`, 2);
  }
}

/** @throws ScaffoldError as `checkTexts` does. */
export function completeAnswers(
  texts: Texts & { readonly id: string },
  packageManager: PackageManager,
  at: Surroundings,
): Answers {
  const complete = (question: Exclude<Question, "id">): string => texts[question] ?? defaultOf(question, texts, at);
  const answers = {
    id: texts.id,
    package: complete("package"),
    name: complete("name"),
    description: complete("description"),
    author: complete("author"),
    license: complete("license"),
    repository: complete("repository"),
    language: complete("language"),
  };
  checkTexts(answers);
  return { ...answers, language: answers.language as Language, packageManager, year: at.year };
}

function check(question: Question, text: string): readonly (Omit<Problem, "rule"> & { readonly rule: string })[] {
  switch (question) {
    case "id":
      return checkId(text);
    case "package":
      return checkPackageName(text);
    case "name":
      return checkName(text);
    case "description":
      return checkDescription(text);
    case "author":
      return checkAuthor(text);
    case "license":
      return checkLicense(text);
    case "repository":
      return checkGithubUrl(text);
    case "language":
      if (LANGUAGES.some((language) => language === text)) return [];
      return [{ rule: "language-unknown", message: `${JSON.stringify(text)}`, want: "ts or js" }];
  }
}

function describe({ message, got, want, fix }: Omit<Problem, "rule">): string {
  const details = [message, got === undefined ? [] : `got ${got}`, want === undefined ? [] : `want ${want}`].flat();
  return `${details.join("; ")}${fix === undefined ? "" : ` (fix: ${fix})`}`;
}
