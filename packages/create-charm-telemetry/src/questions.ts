import { cancel, intro, select, text } from "@clack/prompts";
import { basename } from "node:path";
import { QUESTIONS, defaultOf, idOf, problemWith } from "./complete.ts";
import type { Question, Texts } from "./complete.ts";
import { ScaffoldError } from "./scaffold-error.ts";
import type { Surroundings } from "./surroundings.ts";

const WORDS: Readonly<Record<Exclude<Question, "language">, string>> = {
  id: "What do agents write in charm.yaml?",
  package: "What is it called on npm?",
  name: "What is the backend called?",
  description: "What does it do, in one sentence?",
  author: "Who are you?",
  license: "Under which licence (SPDX)?",
  repository: "Where at GitHub will it live?",
};

/** @throws ScaffoldError `cancelled` */
export async function askDirectory(): Promise<string> {
  intro("A telemetry exporter for Charm agents");
  return ask("In which folder?", "charm-telemetry-acme", () => undefined);
}

/**
 * Asks for everything that no flag has said, and takes an empty answer for the default.
 *
 * @throws ScaffoldError `cancelled`
 */
export async function askAll(texts: Texts, directory: string, at: Surroundings): Promise<Texts & { id: string }> {
  const id = texts.id ?? (await ask(WORDS.id, suggestedId(directory), (answer) => problemWith("id", answer)));
  let known: Texts & { id: string } = { ...texts, id };
  for (const question of QUESTIONS) {
    if (known[question] !== undefined || question === "package") continue;
    const suggestion = defaultOf(question as Exclude<Question, "id">, known, at);
    const answer =
      question === "language"
        ? await askLanguage()
        : await ask(WORDS[question], suggestion, (given) => problemWith(question, given));
    known = { ...known, [question]: answer };
  }
  return known;
}

function suggestedId(directory: string): string {
  try {
    return idOf(basename(directory));
  } catch {
    return "acme";
  }
}

async function ask(
  message: string,
  suggestion: string,
  validate: (answer: string) => string | undefined,
): Promise<string> {
  const answer = await text({
    message,
    placeholder: suggestion,
    defaultValue: suggestion,
    validate: (given) => validate(given === undefined || given === "" ? suggestion : given),
  });
  return unlessCancelled(answer);
}

async function askLanguage(): Promise<string> {
  const options = [
    { value: "ts", label: "TypeScript" },
    { value: "js", label: "JavaScript" },
  ];
  return unlessCancelled(await select({ message: "In which language?", options, initialValue: "ts" }));
}

function unlessCancelled(answer: string | symbol): string {
  if (typeof answer === "string") return answer;
  cancel("Nothing was written.");
  throw new ScaffoldError("cancelled", "nothing was written", 130);
}
