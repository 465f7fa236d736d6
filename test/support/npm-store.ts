import { createHash } from "node:crypto";

/** A version's package.json, as it was published, and what registries add. */
export interface NpmVersion {
  readonly name: string;
  readonly version: string;
  dist: {
    integrity: string;
    shasum: string;
    tarball: string;
    attestations?: { url: string; provenance: { predicateType: string } };
  };
  deprecated?: string;
  readonly [key: string]: unknown;
}

export interface Packument {
  readonly _id: string;
  readonly name: string;
  "dist-tags": Record<string, string>;
  versions: Record<string, NpmVersion>;
  /** `created`, `modified`, each version; `unpublished` once nothing is left. */
  time: Record<string, unknown>;
  readonly [key: string]: unknown;
}

export interface Attestation {
  readonly predicateType: string;
  readonly bundle: unknown;
}

export type Answer = [status: number, body: unknown];

/** The packages of an npm registry, in memory, and what npm's commands do with them. */
export class NpmStore {
  /** Of the registry, with a slash at the end. */
  url = "";
  readonly packages = new Map<string, Packument>();
  /** By their paths, such as `@scope/name/-/name-1.0.0.tgz`. */
  protected readonly tarballs = new Map<string, Buffer>();
  /** By `name@version`. */
  protected readonly attestations = new Map<string, Attestation[]>();

  publish(packageJson: { name: string; version: string }, tarball: Uint8Array): NpmVersion {
    const { name, version } = packageJson;
    const bytes = Buffer.from(tarball);
    const file = `${name.split("/").at(-1)}-${version}.tgz`;
    const document: NpmVersion = {
      ...packageJson,
      dist: {
        integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
        shasum: createHash("sha1").update(bytes).digest("hex"),
        tarball: `${this.url}${name}/-/${file}`,
      },
    };
    const packument = this.#packument(name);
    packument.versions[version] = document;
    packument["dist-tags"]["latest"] = version;
    packument.time[version] = packument.time["modified"] = new Date().toISOString();
    this.tarballs.set(`${name}/-/${file}`, bytes);
    return document;
  }

  attest(name: string, version: string, attestation: Attestation): void {
    const id = `${name}@${version}`;
    this.attestations.set(id, [...(this.attestations.get(id) ?? []), attestation]);
    const { predicateType } = attestation;
    const url = `${this.url}-/npm/v1/attestations/${id}`;
    this.#version(name, version).dist.attestations = { url, provenance: { predicateType } };
  }

  deprecate(name: string, version: string, reason: string): void {
    this.#version(name, version).deprecated = reason;
  }

  unpublish(name: string, version?: string): void {
    const packument = this.#packument(name);
    const gone = version === undefined ? Object.keys(packument.versions) : [version];
    for (const each of gone) {
      delete packument.versions[each];
      for (const [tag, tagged] of Object.entries(packument["dist-tags"]))
        if (tagged === each) delete packument["dist-tags"][tag];
    }
    // As on npm: a document without versions stays behind and tells what there was.
    if (Object.keys(packument.versions).length === 0)
      packument.time["unpublished"] = { time: new Date().toISOString(), versions: gone };
  }

  /** `npm publish`, and what `npm deprecate` and `npm unpublish` change in a document that they have read. */
  protected put(name: string, text: string): Answer {
    const body = JSON.parse(text) as Packument & { _attachments?: Record<string, { data: string }> };
    const [attachment] = Object.values(body._attachments ?? {});
    if (attachment === undefined) {
      this.packages.set(name, body);
      return [200, { ok: true }];
    }
    const [published] = Object.values(body.versions);
    if (published === undefined) return [400, { error: "no version" }];
    if (this.packages.get(name)?.versions[published.version] !== undefined)
      return [409, { error: `cannot publish over ${name}@${published.version}` }];
    const latest = this.packages.get(name)?.["dist-tags"]["latest"];
    this.publish(published, Buffer.from(attachment.data, "base64"));
    const { "dist-tags": tags } = this.#packument(name);
    if (latest !== undefined) tags["latest"] = latest;
    Object.assign(tags, body["dist-tags"]);
    return [201, { ok: true, success: true }];
  }

  /** `npm dist-tag`. */
  protected tag(method: string, name: string, tag: string, text: string): Answer {
    const packument = this.packages.get(name);
    if (packument === undefined) return [404, { error: "Not found" }];
    if (method === "PUT") packument["dist-tags"][tag] = JSON.parse(text) as string;
    if (method === "DELETE") delete packument["dist-tags"][tag];
    return [200, packument["dist-tags"]];
  }

  #packument(name: string): Packument {
    const known = this.packages.get(name);
    if (known !== undefined) return known;
    const created = new Date().toISOString();
    const packument: Packument = { _id: name, name, "dist-tags": {}, versions: {}, time: { created } };
    this.packages.set(name, packument);
    return packument;
  }

  #version(name: string, version: string): NpmVersion {
    const document = this.packages.get(name)?.versions[version];
    if (document === undefined) throw new Error(`${name}@${version} has not been published`);
    return document;
  }
}
