import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { isUtf8 } from "node:buffer";
import { Masker, collectSecrets } from "@charm/telemetry-core/masking";
import { shown } from "@charm/telemetry-registry/findings";
import { asObject } from "./flaw.ts";
import type { Files, Flaw } from "./flaw.ts";

const MAX_PER_FILE = 5;
const MAX_BYTES = 4 * 1024 * 1024;
/** Shapes that examples in a documentation have as well. */
const AMBIGUOUS = /^(?:BASIC_AUTH|BEARER|JWT|URL_PASSWORD)$/;
/** What npm and git say of people and packages, in variables whose names have AUTH and KEY in them. */
const PUBLIC = /^(?:npm_package_|GIT_AUTHOR_)/;
const REDACTED = /\[(\w+)_REDACTED\]/;

/** Secrets of this machine: of its environment, and of the `.env` beside package.json. */
export function secretsAround(folder: string, environment: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  let file: NodeJS.ProcessEnv = {};
  try {
    file = parseEnv(readFileSync(join(folder, ".env"), "utf8"));
  } catch {
    // there is none
  }
  const names = Object.entries(environment).filter(([name]) => !PUBLIC.test(name));
  return new Map([...collectSecrets(Object.fromEntries(names)), ...collectSecrets(file)]);
}

/** Secrets inside of files, source maps' embedded sources included. None is ever shown. */
export function checkSecrets(files: Files, secrets: ReadonlyMap<string, string>): Flaw[] {
  const masker = new Masker(secrets);
  const names = new Set(secrets.values());
  return [...files].flatMap(([file, bytes]) => {
    if (bytes.byteLength > MAX_BYTES || !isUtf8(bytes)) return [];
    const text = new TextDecoder().decode(bytes);
    return [...secretsIn(file, text, masker, names), ...(file.endsWith(".map") ? foreignSources(file, text) : [])];
  });
}

function secretsIn(file: string, text: string, masker: Masker, names: ReadonlySet<string>): Flaw[] {
  if (masker.mask(text) === text) return [];
  const flaws: Flaw[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const masked = masker.mask(line);
    if (masked === line || flaws.length === MAX_PER_FILE) continue;
    let at = 0;
    while (line[at] === masked[at]) at++;
    // The mark may begin with the same character as what it stands for.
    const name = REDACTED.exec(masked.slice(Math.max(0, at - 1)))?.[1] ?? "SECRET";
    const isKnown = names.has(name);
    flaws.push({
      severity: isKnown || !AMBIGUOUS.test(name) ? "error" : "warning",
      rule: "secret",
      message: isKnown
        ? `the value of ${shown(name)} would be published`
        : `something shaped like a secret (${name}) would be published`,
      fix: isKnown
        ? "take it out, and replace it where it was issued if it was ever published"
        : "take it out, if it is one",
      place: { file, line: index + 1, column: at + 1 },
    });
  }
  return flaws;
}

/** Paths in a source map that tell of the machine on which it was made. */
function foreignSources(file: string, text: string): Flaw[] {
  let sources: unknown;
  try {
    ({ sources } = asObject(JSON.parse(text)) as { sources?: unknown });
  } catch {
    return [];
  }
  const foreign = Array.isArray(sources)
    ? sources.find((source) => /^(?:\/|[A-Za-z]:[\\/]|file:)/.test(String(source)))
    : undefined;
  if (foreign === undefined) return [];
  const message = `names a path of this machine, "${shown(String(foreign))}"`;
  return [
    {
      severity: "error",
      rule: "source-map",
      message,
      want: "paths relative to the map",
      place: { file, line: 1, column: 1 },
    },
  ];
}
