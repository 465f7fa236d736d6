import hostedGitInfo from "hosted-git-info";
import { readManifestFile } from "../document/read.ts";
import type { Finding } from "../finding.ts";
import { Document } from "../document/document.ts";
import { printManifest } from "../format/format-manifest.ts";
import { print } from "../format/print.ts";
import { checkTags } from "../rules/tags.ts";
import { MANIFESTS } from "./paths.ts";
import type { RegistryFile } from "./validate.ts";
import { validateManifest } from "./validate.ts";

/** What a published package.json says, as far as a manifest needs it; strangers wrote it. */
export type PublishedPackage = Readonly<Record<string, unknown>>;

export interface AddOptions {
  /** Which of several entry points is listed. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** The manifest that there is: what people wrote stays, what the package says is brought up to date. */
  readonly existing?: RegistryFile | undefined;
}

export interface AddedManifest {
  readonly path: string;
  /** Absent if the package does not say enough. */
  readonly text?: string;
  readonly findings: Finding[];
}

/** Tags that all exporters would have. */
const EMPTY_TAGS = new Set(["agent", "agents", "ai", "charm", "charm-telemetry", "llm", "observability", "telemetry"]);

/** The manifest of a published package. Writes nothing. */
export function addManifest(published: PublishedPackage, options: AddOptions = {}): AddedManifest {
  const id = idOf(published, options);
  if (typeof id !== "string") return { path: MANIFESTS, findings: [id.finding] };
  const path = options.existing?.path ?? `${MANIFESTS}/${id}.json`;
  const said = {
    npm_package: textOf(published["name"]),
    version: textOf(published["version"]),
    license: textOf(published["license"]),
    github_url: githubUrlOf(published["repository"]),
  };
  const text = options.existing === undefined ? fresh(id, published, said, options) : updated(options.existing, said);
  if (text === undefined)
    return { path, findings: validateManifest(options.existing ?? { path, bytes: new Uint8Array() }) };
  return { path, text, findings: validateManifest({ path, bytes: Buffer.from(text) }) };
}

function fresh(id: string, published: PublishedPackage, said: object, { name }: AddOptions): string {
  const { npm_package, version, license, github_url } = said as Record<string, string | undefined>;
  return print(
    withoutUndefined({
      id,
      npm_package,
      name: name ?? titleOf(id),
      description: textOf(published["description"])?.trim().normalize("NFC"),
      author: authorOf(published["author"]),
      tags: tagsOf(published["keywords"]),
      github_url,
      version,
      license,
    }),
  );
}

function updated({ path, bytes }: RegistryFile, said: Readonly<Record<string, unknown>>): string | undefined {
  const { manifest, findings } = readManifestFile(path, bytes);
  return manifest === undefined || findings.length > 0 ? undefined : printManifest(manifest, withoutUndefined(said));
}

function withoutUndefined(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function idOf(published: PublishedPackage, { id }: AddOptions): string | { finding: Finding } {
  if (id !== undefined) return id;
  const ids = Object.keys(objectOf(objectOf(published["charm"])["telemetry"]));
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return only;
  const place = new Document("package.json", "");
  const message = ids.length === 0 ? "the package declares no exporter" : "the package declares several exporters";
  const fix =
    ids.length === 0 ? `add "charm": { "telemetry": { "<id>": "./dist/index.js#Class" } }` : "say which: --id";
  return { finding: place.finding(0, { rule: "entry-point-id", message, fix }) };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** `acme-cloud` to `Acme Cloud`. */
function titleOf(id: string): string {
  return id.replace(/(^|-)([a-z0-9])/g, (_, hyphen: string, first: string) => (hyphen && " ") + first.toUpperCase());
}

/** Of `Name <address> (page)`, or of the object that npm makes of it. */
function authorOf(author: unknown): string | undefined {
  const text = textOf(author) ?? textOf(objectOf(author)["name"]);
  return text
    ?.slice(0, 300)
    .replace(/\s*[<(].*$/s, "")
    .trim()
    .normalize("NFC");
}

function tagsOf(keywords: unknown): string[] {
  const texts = Array.isArray(keywords) ? keywords.flatMap((each: unknown) => textOf(each)?.toLowerCase() ?? []) : [];
  const tags = [...new Set(texts)].filter((tag) => !EMPTY_TAGS.has(tag) && checkTags([tag]).length === 0);
  return tags.length === 0 ? ["tracing"] : tags.slice(0, 10).toSorted();
}

function githubUrlOf(repository: unknown): string | undefined {
  const url = textOf(repository) ?? textOf(objectOf(repository)["url"]);
  const host = url === undefined || url.length > 1000 ? undefined : hostedGitInfo.fromUrl(url);
  return host?.type === "github" ? `https://github.com/${host.user}/${host.project}` : undefined;
}
