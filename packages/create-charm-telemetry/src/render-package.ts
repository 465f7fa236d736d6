import { formsOf } from "./answers.ts";
import type { Answers } from "./answers.ts";
import { formatPackageManager } from "./package-manager/package-manager.ts";
import type { Ranges } from "./versions.ts";

type Fields = Record<string, unknown>;

/** What only a package that is compiled needs. */
const FOR_TYPESCRIPT = ["@arethetypeswrong/core", "@types/node", "typescript"];

/** The package.json of a scaffold, from that of the template. */
export function renderPackage(text: string, answers: Answers, ranges: Ranges): string {
  const template = JSON.parse(text) as Fields;
  const { private: _, ...fields } = template;
  const { address, folder } = repositoryOf(answers.repository);
  const rendered: Fields = {
    ...fields,
    name: answers.package,
    description: answers.description,
    keywords: [
      ...new Set((fields["keywords"] as string[]).map((word) => (word === "acme" ? answers.id : word))),
    ].sort(),
    homepage: `${answers.repository}#readme`,
    bugs: `${address}/issues`,
    license: answers.license,
    author: answers.author,
    repository: { type: "git", url: `git+${address}.git`, ...(folder === undefined ? {} : { directory: folder }) },
    devDependencies: withRanges(fields["devDependencies"] as Fields, ranges),
    peerDependencies: withRanges(fields["peerDependencies"] as Fields, {}),
    charm: { telemetry: { [answers.id]: `./dist/index.js#${formsOf(answers.id).className}Exporter` } },
  };
  if (answers.language === "js") toJavaScript(rendered, answers);
  if (answers.packageManager.version !== undefined && answers.packageManager.name !== "npm")
    rendered["packageManager"] = formatPackageManager(answers.packageManager);
  return `${JSON.stringify(rendered, undefined, 2)}\n`;
}

/** `https://github.com/acme/exporters/tree/main/packages/acme` is a folder of a repository. */
function repositoryOf(url: string): { readonly address: string; readonly folder: string | undefined } {
  const [address = url, folder] = url.split(/\/tree\/[^/]+\//);
  return { address, folder };
}

/** Whatever comes from the workspace of the template comes from npm in a scaffold. */
function withRanges(dependencies: Fields, ranges: Ranges): Fields {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, range]) => [
      name,
      ranges[name] ?? String(range).replace(/^workspace:/, ""),
    ]),
  );
}

/** What is published is what was written. */
function toJavaScript(fields: Fields, { id }: Answers): void {
  fields["files"] = ["src", "CHANGELOG.md"];
  fields["exports"] = { ".": "./src/index.js", "./package.json": "./package.json" };
  fields["charm"] = { telemetry: { [id]: `./src/index.js#${formsOf(id).className}Exporter` } };
  fields["devDependencies"] = Object.fromEntries(
    Object.entries(fields["devDependencies"] as Fields).filter(([name]) => !FOR_TYPESCRIPT.includes(name)),
  );
  fields["scripts"] = Object.fromEntries(
    Object.entries(fields["scripts"] as Record<string, string>).flatMap(([name, script]) => {
      const steps = script.split(" && ").filter((step) => !step.startsWith("tsc "));
      return steps.length === 0 ? [] : [[name, steps.join(" && ")]];
    }),
  );
}
