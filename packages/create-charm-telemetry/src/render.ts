import { formsOf } from "./answers.ts";
import type { Answers } from "./answers.ts";
import { licenseText } from "./license-text.ts";
import { COMMANDS, workflowCommands } from "./package-manager/package-manager.ts";
import { renderPackage } from "./render-package.ts";
import { SCAFFOLD_FILE, formatScaffoldFile } from "./scaffold-file.ts";
import type { Template } from "./template.ts";
import type { Ranges } from "./versions.ts";

/**
 * The files of a scaffold, by path.
 *
 * What this makes of a version that has been released stays as it is: updates take it for what people were given.
 */
export function render(template: Template, answers: Answers, ranges: Ranges): Map<string, string> {
  const files = new Map<string, string>();
  for (const [path, text] of filesOf(template, answers)) {
    const rendered = replaceWords(text, answers);
    if (path === "package.json") files.set(path, renderPackage(text, answers, ranges));
    else if (path === "LICENSE") files.set(path, licenseText(answers));
    else if (path === "README.md") files.set(path, renderReadme(rendered, answers));
    else if (path.startsWith(".github/workflows/")) files.set(path, renderWorkflow(rendered, answers));
    else if (path.startsWith("tsconfig.")) files.set(path, withoutReferences(rendered));
    else files.set(path, rendered);
  }
  files.set(SCAFFOLD_FILE, formatScaffoldFile({ template: template.version, answers }));
  return files;
}

function filesOf({ files, javascript }: Template, { language }: Answers): (readonly [string, string])[] {
  if (language === "ts") return [...files];
  const kept = [...files].filter(([path]) => !path.endsWith(".ts") && !path.startsWith("tsconfig."));
  return [...kept, ...javascript];
}

const WORDS = /https:\/\/github\.com\/acme\/charm-telemetry-acme|charm-telemetry-acme|ACME|acme|Acme/g;

/** In one pass, so that nothing that people have answered is replaced again. */
function replaceWords(text: string, answers: Answers): string {
  const { className, variable } = formsOf(answers.id);
  return text.replaceAll(WORDS, (word, offset: number) => {
    if (word.startsWith("https:")) return answers.repository;
    if (word.startsWith("charm-")) return answers.package;
    if (word === "ACME") return variable;
    if (word === "acme") return answers.id;
    // Alone it is the name, which stands in comments and prose only: it must not end the comment.
    return /[A-Z]/.test(text.charAt(offset + word.length)) ? className : answers.name.replaceAll("*/", "* /");
  });
}

function renderReadme(text: string, { language, packageManager, license }: Answers): string {
  const commands = COMMANDS[packageManager.name];
  const path = language === "ts" ? "$&" : "$1.js";
  return text
    .replaceAll(/\bnpm install(?= \S)/g, commands.add)
    .replaceAll(/\bnpm install\b(?! )/g, commands.install)
    .replaceAll(/\bnpm test\b/g, commands.test)
    .replaceAll(/\bnpm run\b/g, commands.run)
    .replaceAll(/\bnpx(?= charm-telemetry\b)/g, commands.execute)
    .replaceAll(/\bnpx(?= @charm\/)/g, commands.fetch)
    .replaceAll(/\b((?:src|test)\/[\w.]+)\.ts\b/g, path)
    .replace(/(?<=^## Licence\n\n).*$/m, license)
    .replaceAll(/(?:^ *\|.*\|\n)+/gm, alignTable);
}

/** Names are longer or shorter than Acme. */
function alignTable(table: string): string {
  const indent = /^ */.exec(table)?.[0] ?? "";
  const rows = table
    .trimEnd()
    .split("\n")
    .map((row) =>
      row
        .trim()
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (/^-+$/.test(row[column] ?? "") ? 3 : (row[column] ?? "").length))),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (/^-+$/.test(cell) ? "-".repeat(widths[column] ?? 3) : cell.padEnd(widths[column] ?? 0)))
      .join(" | "),
  );
  return lines.map((line) => `${indent}| ${line} |\n`).join("");
}

function renderWorkflow(text: string, { packageManager }: Answers): string {
  const commands = workflowCommands(packageManager);
  return text.replaceAll(/\bnpm ci\b/g, commands.install).replaceAll(/\bnpm run\b/g, commands.run);
}

/** Those lead to packages that are beside the template, in its own repository. */
function withoutReferences(text: string): string {
  return text.replace(/^ *"references": \[[^\]]*\],?\n/m, "");
}
