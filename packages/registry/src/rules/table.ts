import type { Severity } from "../finding.ts";

/** What one rule is about; its page in the documentation has a heading of the same name. */
export interface Rule {
  readonly severity: Severity;
  /** What has to hold, in one sentence. */
  readonly summary: string;
}

const error = (summary: string): Rule => ({ severity: "error", summary });
const warning = (summary: string): Rule => ({ severity: "warning", summary });
const undecided = (summary: string): Rule => ({ severity: "undecided", summary });

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
  | "tombstone-missing"
  | "index-drift"
  | "index-shrink"
  | "index-signature";

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
  "file-name": error("A manifest's file is called <id>.json, and nothing else is in the folder."),
  "file-size": error("A manifest has at most 16 KiB."),
  utf8: error("A manifest is UTF-8."),
  bom: error("A manifest begins without a byte order mark."),
  nul: error("A manifest contains no NUL."),
  "line-ending": error("Lines end with LF or CRLF."),
  depth: error("Objects and arrays are nested at most 4 deep."),
  "json-syntax": error("A manifest is JSON, with an object as its only value."),
  "json-comment": error("A manifest has no comments."),
  "trailing-comma": error("No comma stands before a closing bracket."),
  "duplicate-key": error("An object has each key once."),
  "lone-surrogate": error("Text contains no half of a surrogate pair."),
  format: warning("A manifest is written as `charm-telemetry registry fmt` writes it."),

  "missing-field": error("All required fields are there."),
  "unknown-field": error("No other fields are there."),
  "wrong-type": error("A field's value is of the field's type."),
  "schema-version": error("`$schema` names a known version of the schema."),
  "id-format": error("An id is 2 to 40 lower-case letters, digits and single hyphens, and begins with a letter."),
  "id-reserved": error("An id that belongs to Charm is used by its own package alone."),
  "npm-name": error("npm_package is a name that npm accepts, and is called charm-telemetry-<x> or has a scope."),
  "text-length": error("name has 2 to 60, author 2 to 80, and description 10 to 280 characters."),
  "text-trim": error("Text neither begins nor ends with a space."),
  "text-line": error("Text is one line."),
  "text-nfc": error("Text is in Unicode's normal form C."),
  "text-html": error("Text contains nothing that HTML would read as a tag or an entity."),
  "text-invisible": error("Text contains no controls and no characters that cannot be seen."),
  "text-mixed-script": error("A word does not mix Latin letters with others that look like them."),
  "version-exact": error("version is one exact version, without range, tag or leading v."),
  "license-spdx": error("license is an expression of current SPDX identifiers."),
  tags: error("1 to 10 different tags of 1 to 30 lower-case letters, digits and hyphens."),
  "github-url": error("github_url is the https address of a repository at github.com."),
  status: error("status says active, deprecated with a reason, or removed with a date."),

  duplicate: error("An id, and a package, is listed once."),
  "id-similar": error("An id differs from all others by more than one letter."),
  "npm-similar": error("A package's name differs from all others by more than one letter."),
  "id-retired": error("The id of a removed exporter goes to no other package."),
  "tombstone-missing": error("An exporter that was listed stays, or leaves a tombstone."),
  "index-drift": error("registry.json is what the manifests make."),
  "index-shrink": error("The index loses at most one in twenty exporters at a time."),
  "index-signature": error("A published index is the one that was signed."),

  "npm-missing": error("The package, and the version, is published."),
  "npm-unreachable": undecided("npm answered, and well enough to tell."),
  "npm-deprecated": warning("The version is not deprecated on npm."),
  "npm-integrity": error("The tarball is the one that npm's metadata describes."),
  tarball: error("The tarball holds ordinary files inside of its own folder."),
  "version-match": error("package.json has the manifest's version."),
  "license-match": error("package.json has the manifest's licence."),
  "repo-match": error("package.json has the manifest's repository."),
  "entry-point-id": error("package.json declares an entry point that is called as the id."),
  "entry-point-contract": error(
    "The entry point is an exporter: a class with all hooks, which needs no configuration.",
  ),
  "sandbox-missing": undecided("The package could be tried without network, in a sandbox."),
  "install-script": error("Installing the package runs no script."),
  "package-size": error("The package unpacks to at most 2 MiB."),
  dependencies: error("The package has at most 10 dependencies."),
  "peer-range": error("The package accepts a supported version of @charm/telemetry-core."),
  provenance: warning("The version has a provenance attestation."),
  "provenance-match": error("The attestation names the manifest's repository."),
};
