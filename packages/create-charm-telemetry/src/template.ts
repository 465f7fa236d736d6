import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One version of the template, for an exporter that is called Acme. Paths have forward slashes. */
export interface Template {
  readonly version: number;
  readonly files: ReadonlyMap<string, string>;
  /** What stands in a package in JavaScript where a `.ts` file of `files` stands otherwise. */
  readonly javascript: ReadonlyMap<string, string>;
}

const FOLDER = fileURLToPath(new URL("../template/", import.meta.url));

/** The newest version, unless an older one is asked for; nothing for one that there never was. */
export function loadTemplate(version: number = newestVersion()): Template | undefined {
  if (!recordedVersions().includes(version)) return undefined;
  const recorded = JSON.parse(readFileSync(`${FOLDER}${version}.json`, "utf8")) as {
    readonly files: Readonly<Record<string, readonly string[]>>;
    readonly javascript: Readonly<Record<string, readonly string[]>>;
  };
  return { version, files: textsOf(recorded.files), javascript: textsOf(recorded.javascript) };
}

export function newestVersion(): number {
  return Math.max(...recordedVersions());
}

function recordedVersions(): number[] {
  return readdirSync(FOLDER).map((name) => Number.parseInt(name, 10));
}

function textsOf(files: Readonly<Record<string, readonly string[]>>): Map<string, string> {
  return new Map(Object.entries(files).map(([path, lines]) => [path, lines.join("\n")]));
}
