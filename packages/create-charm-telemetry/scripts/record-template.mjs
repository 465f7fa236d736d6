// Records templates/telemetry-exporter as the newest version of the template: `npm run record-template` in this package.
// A version that has been released is never changed: `charm-telemetry update` needs it as the base of its merges. So the
// first recording after a release makes a new version, and the ones after it replace that.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import tsBlankSpace from "ts-blank-space";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const source = join(root, "templates/telemetry-exporter");
const folder = fileURLToPath(new URL("../template", import.meta.url));

const LEFT_OUT = new Set(["node_modules", "dist", ".turbo", "coverage"]);

/** The template as it is now: its files, and those that a package in JavaScript has in place of TypeScript. */
export function readTemplate() {
  const files = {};
  const javascript = {};
  for (const path of pathsIn(source)) {
    const text = readFileSync(join(source, path), "utf8").replaceAll("\r\n", "\n");
    files[path] = text.split("\n");
    if (path.endsWith(".ts")) javascript[path.replace(/\.ts$/, ".js")] = toJavaScript(text).split("\n");
  }
  return { files, javascript };
}

function pathsIn(parent) {
  /** @type {string[]} */
  const paths = readdirSync(parent, { withFileTypes: true })
    .filter((entry) => !LEFT_OUT.has(entry.name) && !entry.name.endsWith(".tsbuildinfo"))
    .flatMap((entry) => {
      const path = join(parent, entry.name);
      return entry.isDirectory() ? pathsIn(path) : [relative(source, path).split(sep).join("/")];
    });
  return paths.toSorted();
}

/** The same code without types, as a person would have written it. */
function toJavaScript(text) {
  const stripped = tsBlankSpace(text, (node) => {
    throw new Error(`only types can be taken away, not: ${node.getText()}`);
  })
    .replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"')
    // Where an import of types was.
    .replaceAll(/^\s*;?\s*\n(?=import )/gm, "");
  return format("file.js", stripped);
}

/** By the formatter of this repository. */
function format(name, text) {
  const formatter = join(root, "node_modules/.bin/oxfmt");
  const { status, stdout, stderr } = spawnSync(formatter, [`--stdin-filepath=${name}`], {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`cannot format:\n${stderr}\n${text}`);
  return stdout;
}

/** All recorded versions, oldest first. */
export function recordedTemplates() {
  return readdirSync(folder)
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")))
    .toSorted((left, right) => left.version - right.version);
}

function record() {
  const newest = recordedTemplates().at(-1);
  const { version: recordedBy } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const template = readTemplate();
  if (newest !== undefined && JSON.stringify(template) === JSON.stringify(pick(newest))) return "nothing has changed";
  const isReleased = newest !== undefined && newest.recordedBy !== recordedBy;
  const isNew = newest === undefined || isReleased || process.argv.includes("--new");
  const version = isNew ? (newest?.version ?? 0) + 1 : newest.version;
  const path = join(folder, `${version}.json`);
  writeFileSync(path, format(path, JSON.stringify({ version, recordedBy, ...template })));
  return `recorded version ${version}`;
}

function pick({ files, javascript }) {
  return { files, javascript };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(record());
