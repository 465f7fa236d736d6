import { checkData } from "ssri";
import { shown } from "../finding.ts";
import { REQUEST_DEFAULTS, request } from "./request.ts";
import type { NpmAnswer, RequestOptions } from "./request.ts";

export interface NpmClientOptions extends Partial<RequestOptions> {
  /** Of `npm_config_registry`, else https://registry.npmjs.org/, unless given. */
  readonly registry?: string | undefined;
}

/** What npm's metadata says of a version; of its package.json only what npm does not make up itself. */
export interface NpmVersionDocument {
  readonly version: string;
  readonly deprecated: string | undefined;
  readonly tarball: string | undefined;
  /** As in `dist.integrity`; one with SHA-512 is needed. */
  readonly integrity: string | undefined;
  readonly hasAttestations: boolean;
  /** When it was published, if the registry says so. */
  readonly publishedAt: string | undefined;
}

/** All versions of a package that can be installed. */
export interface NpmPackageDocument {
  readonly name: string;
  readonly versions: ReadonlyMap<string, NpmVersionDocument>;
  /** Tag to version. */
  readonly tags: ReadonlyMap<string, string>;
  /** True of a package that had versions once. */
  readonly isUnpublished: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const NPMJS = "https://registry.npmjs.org/";

/** The npm registry that was named is no `http:` or `https:` URL. It may hold a secret and is not repeated. */
export class RegistryUrlError extends TypeError {
  override readonly name = "RegistryUrlError";
}

/** Reads from an npm registry, which may be slow, throttle, or lie. */
export class NpmClient {
  readonly registry: URL;
  readonly #options: RequestOptions;

  /** @throws RegistryUrlError */
  constructor({ registry, ...options }: NpmClientOptions = {}) {
    this.registry = registryUrl(registry);
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#options = { ...REQUEST_DEFAULTS, ...Object.fromEntries(given) };
  }

  /** `missing` for a package that nobody has published. */
  async package(name: string): Promise<NpmAnswer<NpmPackageDocument>> {
    return request(this.#url(pathOf(name)), (body) => readPackument(name, body), this.#options);
  }

  /** The tarball's bytes, or `mismatch` for bytes that are not those of the metadata. */
  async tarball(
    name: string,
    { version, tarball, integrity }: NpmVersionDocument,
  ): Promise<NpmAnswer<Buffer> | { readonly mismatch: string }> {
    if (integrity === undefined || !/(?:^|\s)sha512-/.test(integrity))
      return { mismatch: `npm's metadata of ${shown(version)} has no SHA-512` };
    const answer = await request(this.#tarballUrl(name, version, tarball), (body) => body, this.#options);
    if (!("value" in answer)) return answer;
    if (checkData(answer.value, integrity) !== false) return answer;
    return { mismatch: `the tarball of ${shown(version)} is not the one that dist.integrity stands for` };
  }

  /** The documents of `/-/npm/v1/attestations`, as they came. */
  async attestations(name: string, version: string): Promise<NpmAnswer<readonly Json[]>> {
    const path = `-/npm/v1/attestations/${pathOf(name)}@${encodeURIComponent(version)}`;
    return request(this.#url(path), (body) => readAttestations(body), this.#options);
  }

  #url(path: string): URL {
    return new URL(path, this.registry);
  }

  /** A mirror's metadata may still name npm's own host, which need not be within reach: npm asks the mirror then. */
  #tarballUrl(name: string, version: string, tarball: string | undefined): URL {
    const file = `${name.split("/").at(-1)}-${version}.tgz`;
    const usual = this.#url(`${name.split("/").map(encodeURIComponent).join("/")}/-/${encodeURIComponent(file)}`);
    if (tarball === undefined || !URL.canParse(tarball)) return usual;
    const url = new URL(tarball);
    if (!/^https?:$/.test(url.protocol)) return usual;
    return url.host === new URL(NPMJS).host && this.registry.host !== url.host ? usual : url;
  }
}

function registryUrl(given: string | undefined): URL {
  // An empty variable is none to npm, either.
  const url = given ?? (process.env["npm_config_registry"] || NPMJS);
  const source = given === undefined ? "npm_config_registry" : "the npm registry";
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new RegistryUrlError(`${source} is no URL of a registry; want one such as ${NPMJS}`);
  return new URL(url.endsWith("/") ? url : `${url}/`);
}

/** As npm writes it: `@scope%2fname`. Nothing in a name can reach another path. */
function pathOf(name: string): string {
  const encoded = encodeURIComponent(name).replace(/^%40/, "@");
  // Dots are not escaped, and two of them are a step up.
  return encoded.replace(/^\.+$/, (dots) => dots.replaceAll(".", "%252e"));
}

function readPackument(name: string, body: Buffer): NpmPackageDocument {
  const json = objectIn(JSON.parse(body.toString()));
  // Anything may be JSON, such as a proxy's page: without the name it is not about this package.
  if (json["name"] !== name) throw new Error(`not about ${name}`);
  const time = objectIn(json["time"]);
  const versions = new Map<string, NpmVersionDocument>();
  for (const [version, document] of Object.entries(objectIn(json["versions"]))) {
    const { deprecated, dist } = objectIn(document);
    const { tarball, integrity, attestations } = objectIn(dist);
    versions.set(version, {
      version,
      // An empty notice takes a deprecation back; some old documents have `true`.
      deprecated: typeof deprecated === "string" ? deprecated || undefined : deprecated ? "deprecated" : undefined,
      tarball: textIn(tarball),
      integrity: textIn(integrity),
      hasAttestations: typeof attestations === "object" && attestations !== null,
      publishedAt: textIn(time[version]),
    });
  }
  const tags = Object.entries(objectIn(json["dist-tags"])).flatMap(([tag, version]) =>
    typeof version === "string" ? [[tag, version] as const] : [],
  );
  return { name, versions, tags: new Map(tags), isUnpublished: versions.size === 0 && "unpublished" in time };
}

function readAttestations(body: Buffer): Json[] {
  const { attestations } = objectIn(JSON.parse(body.toString()));
  if (!Array.isArray(attestations)) throw new Error("no attestations");
  return attestations.map(objectIn);
}

function objectIn(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
