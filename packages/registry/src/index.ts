export type { Finding, Severity } from "./finding.ts";
export type { FieldRuleId, FileRuleId, FolderRuleId, PackageRuleId, RuleId } from "./rules/table.ts";
/** The rules of single values, for prompts and flags: an empty list means that all is well. */
export { checkId } from "./rules/id.ts";
export { checkPackageName } from "./rules/npm-name.ts";
export { checkAuthor, checkDescription, checkName } from "./rules/text.ts";
export { checkLicense } from "./rules/license.ts";
export { checkGithubUrl } from "./rules/github-url.ts";
export type { Problem } from "./problem.ts";
/** Manifests as files, alone and together. */
export { readManifestFile } from "./document/read.ts";
export type { Document } from "./document/document.ts";
export type { ManifestDocument } from "./document/read.ts";
export { validateManifest, validateRegistry } from "./registry/validate.ts";
export type { RegistryFile, RegistryInput } from "./registry/validate.ts";
export { readAllowList } from "./registry/allow-list.ts";
export type { SimilarPair } from "./rules/similar.ts";
export { ALLOW_LIST, INDEX, MANIFESTS, TOMBSTONES } from "./registry/paths.ts";
/** What is known of published packages. */
export { readFacts } from "./registry/read-facts.ts";
export type { BrokenPackage, FactsAnswer, MissingPackage, PackageFacts, UndecidedPackage } from "./facts.ts";
/** The index that is built from the manifests. */
export { buildIndex, checkIndex, checkShrink, readIndex } from "./registry/build-index.ts";
export type { DeprecatedStatus, IndexEntry, RegistryIndex } from "./registry/build-index.ts";
/** Writing manifests. */
export { formatManifest } from "./format/format-manifest.ts";
export type { Formatted } from "./format/format-manifest.ts";
export { addManifest } from "./registry/add.ts";
export type { AddedManifest, AddOptions, PublishedPackage } from "./registry/add.ts";
export { changeStatus } from "./registry/change-status.ts";
export type { ChangedFile, Status } from "./registry/change-status.ts";
export { migrateManifest } from "./registry/migrate.ts";
export type { MigratedFile } from "./registry/migrate.ts";
/** JSON Schemas, made of the validator's own fields. */
export { indexSchema, manifestSchema } from "./schema/schemas.ts";
export type { JsonSchema } from "./schema/json-schema.ts";
/** The published index: signed, so that nobody can change it or bring an old one back. */
export { parsePublicKey, parseSecretKey, publicKeyText } from "./signature/minisign.ts";
export type { PublicKey, SecretKey } from "./signature/minisign.ts";
export { IndexRefused, signIndex, verifyIndex } from "./signature/signed-index.ts";
export type { IndexStamp, SignedIndex } from "./signature/signed-index.ts";
export { IndexStore } from "./signature/index-store.ts";
export type { KeptIndex } from "./signature/index-store.ts";
