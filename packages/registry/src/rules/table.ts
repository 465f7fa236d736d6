import type { Severity } from "../finding.ts";

/** What one rule is about; its page in the documentation has a heading of the same name. */
export interface Rule {
  readonly severity: Severity;
  /** What has to hold, in one sentence. */
  readonly summary: string;
  /** The reason, or how to mend it. */
  readonly why: string;
  /** What to do about a finding that says neither what is wanted nor how to mend it. */
  readonly fix?: string | undefined;
}

const error = (summary: string, why: string, fix?: string): Rule => ({ severity: "error", summary, why, fix });
const warning = (summary: string, why: string, fix?: string): Rule => ({ severity: "warning", summary, why, fix });
const undecided = (summary: string, why: string, fix?: string): Rule => ({ severity: "undecided", summary, why, fix });

/** Every rule of a manifest as a file, in the order of the documentation. */
export type FileRuleId =
  | "file-name"
  | "file-size"
  | "utf8"
  | "bom"
  | "nul"
  | "line-ending"
  | "depth"
  | "json-syntax"
  | "json-comment"
  | "trailing-comma"
  | "duplicate-key"
  | "lone-surrogate"
  | "format";

/** Every rule of a manifest's fields and of their values. */
export type FieldRuleId =
  | "missing-field"
  | "unknown-field"
  | "wrong-type"
  | "schema-version"
  | "id-format"
  | "id-reserved"
  | "npm-name"
  | "text-length"
  | "text-trim"
  | "text-line"
  | "text-nfc"
  | "text-html"
  | "text-invisible"
  | "text-mixed-script"
  | "version-exact"
  | "license-spdx"
  | "tags"
  | "github-url"
  | "status";

/** Every rule that looks at more than one manifest. */
export type FolderRuleId =
  | "duplicate"
  | "id-similar"
  | "npm-similar"
  | "id-retired"
  | "owner-changed"
  | "replacement-missing"
  | "tombstone-missing"
  | "index-drift"
  | "index-shrink"
  | "index-signature"
  | "registry-files";

/** Every rule about the published package. */
export type PackageRuleId =
  | "npm-missing"
  | "npm-unreachable"
  | "npm-deprecated"
  | "npm-integrity"
  | "tarball"
  | "version-match"
  | "license-match"
  | "repo-match"
  | "entry-point-id"
  | "entry-point-contract"
  | "sandbox-missing"
  | "install-script"
  | "package-size"
  | "dependencies"
  | "peer-range"
  | "provenance"
  | "provenance-match";

export type RuleId = FileRuleId | FieldRuleId | FolderRuleId | PackageRuleId;

/** All rules, with the severity that their findings have. */
export const RULES: Readonly<Record<RuleId, Rule>> = {
  "file-name": error(
    "A manifest's file is called `<id>.json`, and nothing else is in the folder.",
    "The id is the file's name, so that two people who add one id meet in one file. `_example.json` shows the shape and is checked as well.",
    "call it <id>.json, directly in the folder, or take it out",
  ),
  "file-size": error(
    "A manifest has at most 16 KiB.",
    "What people write fits into a tenth of it; more is data that nobody reviews.",
    "take out what is no field of a manifest",
  ),
  utf8: error(
    "A manifest is UTF-8.",
    "Save the file as UTF-8. The finding is at the first byte that is none.",
    "save the file as UTF-8",
  ),
  bom: error("A manifest begins without a byte order mark.", "Editors hide it, and JSON does not allow it."),
  nul: error("A manifest contains no NUL.", "A NUL is a sign of UTF-16 or of a binary file.", "save the file as UTF-8"),
  "line-ending": error("Lines end with LF or CRLF.", "A carriage return by itself lets a line look like another."),
  depth: error(
    "Objects and arrays are nested at most 4 deep.",
    "A manifest needs two levels. The rest would only strain those who read it.",
    "put everything at the top, as _example.json does",
  ),
  "json-syntax": error(
    "A manifest is JSON, with an object as its only value.",
    "JSON as `JSON.parse` reads it: double quotes, no NaN, no leading zeros, escapes instead of tabs and line feeds in a text.",
  ),
  "json-comment": error(
    "A manifest has no comments.",
    "Other readers of the file do not know comments. What there is to say belongs into the pull request.",
    "take the comment out",
  ),
  "trailing-comma": error(
    "No comma stands before a closing bracket.",
    "`charm-telemetry registry fmt --write` takes it away.",
    "charm-telemetry registry fmt --write",
  ),
  "duplicate-key": error(
    "An object has each key once.",
    "Of two values each reader takes another: what was reviewed would not be what is used.",
    "keep one of the two",
  ),
  "lone-surrogate": error(
    "Text contains no half of a surrogate pair.",
    "It stands for no character, and becomes a question mark where it is stored.",
    "write the whole character",
  ),
  format: warning(
    "A manifest is written as `charm-telemetry registry fmt` writes it.",
    "`charm-telemetry registry fmt --write` writes the file anew: keys and tags in order, two spaces, LF, a line feed at the end, normal form C, no byte order mark. No value changes.",
    "charm-telemetry registry fmt --write",
  ),

  "missing-field": error(
    "All required fields are there.",
    "Required are id, npm_package, name, description, author, tags, github_url, version and license.",
    "add it",
  ),
  "unknown-field": error(
    "No other fields are there.",
    "A field that nobody reads looks like a promise. `__proto__`, `constructor` and `prototype` are unknown fields like others.",
    "take the field out, or call it as it is called",
  ),
  "wrong-type": error(
    "A field's value is of the field's type.",
    "All fields are texts, but for tags, a list of texts, and status, an object.",
  ),
  "schema-version": error(
    "`$schema` names a known version of the schema.",
    "`$schema` is optional and for editors. Older versions are accepted for a year after a newer one; `charm-telemetry registry migrate` writes today's.",
  ),
  "id-format": error(
    "An id is 2 to 40 lower-case letters, digits and single hyphens, and begins with a letter.",
    "Agents' authors write the id in charm.yaml, and it is the name of a file, also on Windows.",
  ),
  "id-reserved": error(
    "An id that belongs to Charm is used by its own package alone.",
    "Charm's own ids are datadog, langsmith, sentry, otlp, langchain, ai-sdk and openai-agents; stdout, charm, emitter, console, core, none and all mean something else. An id may contain one of them: `datadog-eu`.",
    "take another id; it may contain this one",
  ),
  "npm-name": error(
    "npm_package is a name that npm accepts, and is called `charm-telemetry-<x>` or has a scope.",
    "The package is on npm. An unscoped name says what it is; a scope says whose it is.",
  ),
  "text-length": error(
    "name has 2 to 60, author 2 to 80, and description 10 to 280 characters.",
    "Counted are characters (code points), so that all scripts have the same room.",
    "write more, or less",
  ),
  "text-trim": error(
    "Text neither begins nor ends with a space.",
    "Spaces at the ends are a slip, and make two names look the same.",
  ),
  "text-line": error("Text is one line.", "The list has one line for each text.", "write it as one line"),
  "text-nfc": error(
    "Text is in Unicode's normal form C.",
    "One letter can be written in several ways; `charm-telemetry registry fmt --write` writes the usual one.",
  ),
  "text-html": error(
    "Text contains nothing that HTML would read as a tag or an entity.",
    "Pages show the text as it is, so markup would be visible; and where a page does not, it would be dangerous. `p50 < 5 ms` is fine.",
  ),
  "text-invisible": error(
    "Text contains no controls and no characters that cannot be seen.",
    "Controls, characters that turn the direction of text, zero-width and private-use characters and piles of marks show people something other than what is there. Variation selectors after emoji and Chinese characters are fine.",
  ),
  "text-mixed-script": error(
    "A word does not mix Latin letters with others that look like them.",
    "Cyrillic, Greek, Armenian and others have letters that look Latin (Unicode's confusables, UTS 39). Each script by itself, and words of several scripts beside each other, are welcome.",
  ),
  "version-exact": error(
    "version is one exact version, without range, tag or leading v.",
    "The version that is listed is the one that was checked.",
  ),
  "license-spdx": error(
    "license is an expression of current SPDX identifiers.",
    "Identifiers of SPDX's list that are not deprecated, with AND, OR and WITH in capitals, as in package.json.",
  ),
  tags: error(
    "1 to 10 different tags of 1 to 30 lower-case letters, digits and hyphens.",
    "People filter by tags.",
    "keep 1 to 10 different ones",
  ),
  "github-url": error(
    "github_url is the https address of a repository at github.com.",
    "`https://github.com/<owner>/<name>`, also with `/tree/<branch>/<folder>` where a repository has several packages. What browsers would read in another way is refused.",
  ),
  status: error(
    "status says active, deprecated with a reason, or removed with a date.",
    '`{ "state": "active" }`; `{ "state": "deprecated", "reason": "…", "replaced_by": "<id>" }`, the last optional; or `{ "state": "removed", "date": "2026-01-02", "reason": "…" }` for a tombstone in `registry/telemetry/removed/`.',
    "see docs/registry-rules.md#status",
  ),

  duplicate: error(
    "An id, and a package, is listed once.",
    "Compared are lower-case letters, with 1 and l, 0 and o, rn and m held for the same, over manifests and tombstones.",
    "take another name, or change the entry that there is",
  ),
  "id-similar": error(
    "An id differs from all others by more than one letter.",
    "One letter more, less, other or swapped with the next is what a slip of the finger makes. A maintainer may allow a pair in `registry/telemetry/similar.json`.",
  ),
  "npm-similar": error(
    "A package's name differs from all others by more than one letter.",
    "As with ids; two packages of one scope have one owner and may be alike.",
  ),
  "id-retired": error(
    "The id of a removed exporter goes to no other package.",
    "Agents that still name the id would get somebody else's code. The same package may come back.",
    "take another id",
  ),
  "owner-changed": warning(
    "A listed entry keeps its package and its repository.",
    "Agents that name the id would get somebody else's code. Those who were listed may move, or hand over: a maintainer has to have a word of theirs.",
    "a maintainer has to have a word of theirs",
  ),
  "replacement-missing": warning(
    "What replaces an exporter is listed.",
    "People who are told to use another id look for it in the list.",
    "name an id that is listed, or leave replaced_by out",
  ),
  "tombstone-missing": error(
    "An exporter that was listed stays, or leaves a tombstone.",
    "`charm-telemetry registry deprecate <id> --removed` moves a manifest to `registry/telemetry/removed/`, where it keeps the id.",
  ),
  "index-drift": error(
    "registry.json is what the manifests make.",
    "Nobody edits registry.json: it is built after the merge.",
  ),
  "index-shrink": error(
    "The index loses at most one in twenty exporters at a time.",
    "So many at once are a mistake of the build, not the wish of their authors.",
  ),
  "index-signature": error(
    "A published index is the one that was signed.",
    "The store keeps the last good index if a new one is unsigned, older or damaged.",
  ),
  "registry-files": error(
    "The pull request of an entry changes manifests, tombstones and the list alone.",
    "Badges (facts.json), exceptions (similar.json) and schemas are kept by maintainers and the nightly check: nobody writes their own.",
  ),

  "npm-missing": error(
    "The package, and the version, is published.",
    "Publish first, then list.",
    "publish it, then try again",
  ),
  "npm-unreachable": undecided(
    "npm answered, and well enough to tell.",
    "npm answered with an error, or not in time, three times. That says nothing about the package: the check is done again.",
    "try again later",
  ),
  "npm-deprecated": warning(
    "The version is not deprecated on npm.",
    "npm shows people the notice at every install.",
    "list a version that is not deprecated, or registry deprecate <id>",
  ),
  "npm-integrity": error(
    "The tarball is the one that npm's metadata describes.",
    "The bytes that were fetched are not those whose digest npm's metadata has.",
    "publish a new version, and ask npm what happened to this one",
  ),
  tarball: error(
    "The tarball holds ordinary files inside of its own folder.",
    "Paths that leave the folder, links and devices have no place in a package.",
    "publish a version with ordinary files alone: npm pack --dry-run shows them",
  ),
  "version-match": error(
    "package.json has the manifest's version.",
    "package.json of that version says another.",
    "charm-telemetry registry add <package>",
  ),
  "license-match": error(
    "package.json has the manifest's licence.",
    "People read the licence in the list; it has to be the one that holds.",
    "charm-telemetry registry add <package>, or publish with the other licence",
  ),
  "repo-match": error(
    "package.json has the manifest's repository.",
    "Compared are owner and name in lower case, whichever form of address package.json has. It shows that the package is from whom it says.",
    "name the same repository in both",
  ),
  "entry-point-id": error(
    "package.json declares an entry point that is called as the id.",
    '`"charm": { "telemetry": { "<id>": "./dist/index.js#Class" } }` in package.json is what charm.yaml finds.',
  ),
  "entry-point-contract": error(
    "The entry point is an exporter: a class with all hooks, which needs no configuration.",
    "The class is imported in a process without network and environment, made without arguments, given a run, and shut down. `checkExporter` of `@charm/telemetry-testkit` does the same in your tests.",
    "try it with checkExporter of @charm/telemetry-testkit, and publish a new version",
  ),
  "sandbox-missing": undecided(
    "The package could be tried without network, in a sandbox.",
    "Strangers' code runs in a sandbox or not at all. Where there is none, the check is neither passed nor failed.",
    "leave it to CI, or try on Linux with unshare",
  ),
  "install-script": error(
    "Installing the package runs no script.",
    "preinstall, install and postinstall run at everybody who installs the package.",
    "publish a version without the script, then registry add",
  ),
  "package-size": error("The package unpacks to at most 2 MiB.", "Agents install the package at every cold start."),
  dependencies: error("The package has at most 10 dependencies.", "Each is one more to trust and to install."),
  "peer-range": error(
    "The package accepts a supported version of @charm/telemetry-core.",
    'Core is a peer dependency: `"@charm/telemetry-core": "0.x"`.',
    '"@charm/telemetry-core": "0.x" in peerDependencies, in a new version',
  ),
  provenance: warning(
    "The version has a provenance attestation.",
    "Without an attestation the package is listed as unverified. It comes by itself with npm's trusted publishing.",
  ),
  "provenance-match": error(
    "The attestation names the manifest's repository.",
    "The package was built from another repository than the one that is listed.",
  ),
};
