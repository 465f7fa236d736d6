import { readManifestFile } from "../document/read.ts";
import type { ManifestDocument } from "../document/read.ts";
import { Document } from "../document/document.ts";
import type { FactsAnswer } from "../facts.ts";
import { compareFindings } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { checkFields } from "../rules/fields.ts";
import { checkFileName, checkFileOfId } from "../rules/file-name.ts";
import { bySeniority, checkFolder, checkOwner, checkPlace, checkReplacement } from "../rules/folder.ts";
import type { SimilarPair } from "../rules/similar.ts";
import { factRules } from "../rules/package-facts.ts";
import { buildIndex, checkIndex, checkShrink } from "./build-index.ts";
import type { RegistryIndex } from "./build-index.ts";
import { entryOf, entryOfIndex } from "./entry.ts";
import type { Entry } from "./entry.ts";
import { fileNameOf, isExample, isTombstone, MANIFESTS } from "./paths.ts";

/** A file of the registry, read. */
export interface RegistryFile {
  /** As people would write it, with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What is there instead of a file, which has no bytes of its own. */
  readonly insteadOfFile?: "link" | "folder" | undefined;
}

export interface RegistryInput {
  /** Everything in `manifests/` and `removed/`; of the manifests only those that changed if `isPartial`. */
  readonly files: readonly RegistryFile[];
  /** `files` are the changed ones; the others are as `previousIndex` has them. */
  readonly isPartial?: boolean | undefined;
  /** The index before the change. What it lists came first, and may not just go. */
  readonly previousIndex?: RegistryIndex | undefined;
  /** The committed `registry.json`, to be compared with what the manifests make; not if `isPartial`. */
  readonly index?: { readonly path: string; readonly text: string } | undefined;
  /** Ids and packages that may be one letter apart. */
  readonly allowList?: readonly SimilarPair[] | undefined;
  /** By package; those of packages without facts are not looked at. */
  readonly facts?: ReadonlyMap<string, FactsAnswer> | undefined;
  /** Judges for the verified badge. */
  readonly forBadge?: boolean | undefined;
}

/** What is wrong with one manifest by itself, sorted. */
export function validateManifest(file: RegistryFile): Finding[] {
  return judge(file).findings.toSorted(compareFindings);
}

/** What is wrong with a registry: all findings of all files, sorted. Pure: no file is read, nobody is asked. */
export function validateRegistry(input: RegistryInput): Finding[] {
  const judged = input.files.map((file) => judge(file, input.allowList));
  const manifests = judged.flatMap(({ manifest }) => (manifest === undefined ? [] : [manifest]));
  const findings = [
    ...judged.flatMap((each) => each.findings),
    ...checkFolder(entriesOf(manifests, input), input.allowList ?? []),
    ...checkAgainstList(manifests, input),
    ...manifests.flatMap((manifest) => checkFacts(manifest, input)),
    ...(input.isPartial === true ? [] : checkGone(input)),
    // An index without the manifests that could not be read would be blamed for it.
    ...(input.isPartial === true || manifests.length < judged.length ? [] : checkBuilt(manifests, input)),
  ];
  return findings.toSorted(compareFindings);
}

function judge(
  { path, bytes, insteadOfFile }: RegistryFile,
  allowed: readonly SimilarPair[] = [],
): { manifest?: ManifestDocument; findings: Finding[] } {
  const name = checkFileName(path, insteadOfFile);
  if (name.length > 0) return { findings: name };
  const { manifest, findings } = readManifestFile(path, bytes);
  if (manifest === undefined) return { findings };
  const ownFindings = [
    ...findings,
    ...checkFields(manifest, allowed),
    ...checkFileOfId(manifest),
    ...checkPlace(manifest, isTombstone(path)),
  ];
  return { manifest, findings: ownFindings };
}

function entriesOf(manifests: readonly ManifestDocument[], input: RegistryInput): Entry[] {
  const entries = manifests.filter(({ document }) => !isExample(document.file)).flatMap((each) => entryOf(each) ?? []);
  const before = input.previousIndex?.exporters ?? [];
  const listed = new Map(before.map(({ id, npm_package: npmPackage }) => [id, npmPackage]));
  const changed = new Set(entries.map(({ id }) => id));
  const others = input.isPartial === true ? before.filter(({ id }) => !changed.has(id)).map(entryOfIndex) : [];
  return bySeniority([...entries, ...others], listed);
}

function checkAgainstList(manifests: readonly ManifestDocument[], { previousIndex }: RegistryInput): Finding[] {
  if (previousIndex === undefined) return [];
  const listed = new Map(previousIndex.exporters.map((entry) => [entry.id, entry]));
  const added = manifests.filter(({ document: { file } }) => !isExample(file) && !isTombstone(file));
  const ids = new Set([...listed.keys(), ...added.flatMap((manifest) => entryOf(manifest)?.id ?? [])]);
  return manifests.flatMap((manifest) => [
    ...checkOwner(manifest, listed.get(entryOf(manifest)?.id ?? "")),
    ...checkReplacement(manifest, ids),
  ]);
}

function checkFacts(manifest: ManifestDocument, { facts, forBadge }: RegistryInput): Finding[] {
  const { file } = manifest.document;
  const answer = isExample(file) || isTombstone(file) ? undefined : facts?.get(entryOf(manifest)?.npmPackage ?? "");
  return answer === undefined ? [] : factRules(manifest, answer, { forBadge });
}

function checkBuilt(manifests: readonly ManifestDocument[], { previousIndex, index }: RegistryInput): Finding[] {
  const built = buildIndex(manifests);
  return [
    ...(previousIndex === undefined ? [] : checkShrink(previousIndex, built.index, index?.path)),
    ...(index === undefined ? [] : checkIndex(index, built.text)),
  ];
}

/** Whether what was listed still has a manifest, or a tombstone. */
function checkGone({ files, previousIndex }: RegistryInput): Finding[] {
  const kept = new Set(files.map(({ path }) => fileNameOf(path)));
  return (previousIndex?.exporters ?? [])
    .filter(({ id }) => !kept.has(`${id}.json`))
    .map(({ id }) => {
      const fix = `charm-telemetry registry deprecate ${id} --removed`;
      const message = `"${id}" was listed and is gone`;
      const place = new Document(`${MANIFESTS}/${id}.json`, "");
      return place.finding(0, { rule: "tombstone-missing", message, want: "a tombstone", fix });
    });
}
