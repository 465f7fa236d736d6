import type { BrokenPackage, FactsAnswer, MissingPackage, UndecidedPackage } from "../facts.ts";
import { shown } from "../finding.ts";
import { NpmClient } from "../npm/npm-client.ts";
import type { NpmPackageDocument, NpmVersionDocument } from "../npm/npm-client.ts";
import { readProvenance, verifyWithSigstore } from "../npm/provenance.ts";
import type { ProvenanceAnswer, VerifyBundle } from "../npm/provenance.ts";
import { describePackage } from "./describe-package.ts";
import type { PackageDescription } from "./describe-package.ts";
import { factsOfPackage } from "./check-package.ts";
import type { CheckPackageOptions } from "./check-package.ts";
import { openTarball } from "./tarball.ts";

export interface GatherOptions extends CheckPackageOptions {
  /** With `sigstore` unless given. */
  readonly verifyBundle?: VerifyBundle;
}

/** A published version whose tarball is the one that npm's metadata stands for. */
export interface FetchedPackage {
  readonly description: PackageDescription;
  readonly document: NpmVersionDocument;
}

type Unfetched = MissingPackage | UndecidedPackage | BrokenPackage;

/** Fetches a version from npm, tries it, and tells what is known of it. Never throws for what npm or a package does. */
export async function gatherFacts(name: string, version: string, options: GatherOptions = {}): Promise<FactsAnswer> {
  const client = new NpmClient(options);
  const fetched = await fetchPackage(name, version, options, client);
  if (!("description" in fetched)) return fetched;
  const { description, document } = fetched;
  const attested = await provenanceOf(client, name, document, options.verifyBundle ?? verifyWithSigstore);
  if ("undecided" in attested) return attested;
  const facts = await factsOfPackage(description, options);
  const doubts = attested.unchecked === undefined ? [] : [{ rule: "provenance" as const, message: attested.unchecked }];
  return {
    ...facts,
    provenance: attested.provenance,
    deprecated: document.deprecated === undefined ? false : shown(document.deprecated),
    problems: [...(facts.problems ?? []), ...doubts],
  };
}

/** Fetches a version, or what a tag such as `latest` names. */
export async function fetchPackage(
  name: string,
  version = "latest",
  options: CheckPackageOptions = {},
  client: NpmClient = new NpmClient(options),
): Promise<FetchedPackage | Unfetched> {
  const found = await client.package(name);
  if ("missing" in found || ("value" in found && found.value.versions.size === 0)) return { missing: "package" };
  if ("undecided" in found) return found;
  const document = versionIn(found.value, version);
  if (document === undefined) return { missing: "version" };
  const tarball = await client.tarball(name, document);
  if ("mismatch" in tarball) return { broken: { rule: "npm-integrity", message: tarball.mismatch } };
  if ("missing" in tarball) return { missing: "version" };
  if ("undecided" in tarball) return tarball;

  const opened = await openTarball(tarball.value, options.limits);
  if (opened.files === undefined) return broken(opened.problems.map(({ message }) => message).join("; "));
  const description = describePackage(opened.files);
  if ("rule" in description) return broken(description.message);
  // npm's metadata is what people see; what they install is this.
  if (description.name !== name || description.version !== document.version)
    return broken(`package.json in it is that of ${shown(`${description.name}@${description.version}`)}`);
  return { description, document };
}

function versionIn({ versions, tags }: NpmPackageDocument, wanted: string): NpmVersionDocument | undefined {
  return versions.get(wanted) ?? versions.get(tags.get(wanted) ?? "");
}

function broken(message: string): BrokenPackage {
  return { broken: { rule: "tarball", message } };
}

async function provenanceOf(
  client: NpmClient,
  name: string,
  { version, integrity = "", hasAttestations }: NpmVersionDocument,
  verify: VerifyBundle,
): Promise<ProvenanceAnswer | UndecidedPackage> {
  if (!hasAttestations) return { provenance: null };
  const found = await client.attestations(name, version);
  if ("missing" in found) return { provenance: null };
  if ("undecided" in found) return { undecided: `attestations: ${found.undecided}` };
  return readProvenance(found.value, { name, version, integrity }, verify);
}
