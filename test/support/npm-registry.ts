import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { NpmStore } from "./npm-store.ts";
import type { Answer, Attestation, NpmVersion, Packument } from "./npm-store.ts";

/** What goes wrong with requests, from now on. */
export type NpmFault =
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string }
  /** Answers late. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  | { readonly kind: "broken-json" }
  /** Sends other bytes than those of the tarball that `dist.integrity` stands for. */
  | { readonly kind: "lying" }
  /** Promises the whole answer, sends half of it and closes the connection. */
  | { readonly kind: "cut" };

export type NpmRequestKind = "packument" | "tarball" | "attestations";

export interface NpmFaultScope {
  /** Any package unless given. */
  readonly name?: string;
  /** Any kind of request unless given. */
  readonly on?: NpmRequestKind;
  /** How many requests it meets; all that come unless given. */
  readonly times?: number;
}

export interface NpmRegistryOptions {
  /** Where requests for packages that this registry does not hold are sent on to; without it they are answered 404. */
  readonly upstream?: string;
  /** Scopes that are never sent on: a package of ours that nobody has published yet is a mistake, not somebody else's. */
  readonly ownScopes?: readonly string[];
}

export interface NpmRegistry {
  /** On loopback, with a slash at the end. */
  readonly url: string;
  readonly packages: ReadonlyMap<string, Packument>;
  /** `GET /name`, in the order of arrival; reading is enough, tests clear it with `length = 0`. */
  readonly requests: string[];
  /** Text of an .npmrc: with an upstream it makes this the only registry, without one that of the scopes. */
  npmrc(extraScopes?: readonly string[]): string;
  /** What `npm publish` does, for tests without npm. Gives the version's document. */
  publish(packageJson: { name: string; version: string }, tarball: Uint8Array): NpmVersion;
  /** Adds a document to `/-/npm/v1/attestations/name@version`. */
  attest(name: string, version: string, attestation: Attestation): void;
  deprecate(name: string, version: string, reason: string): void;
  /** One version, or all. */
  unpublish(name: string, version?: string): void;
  /** The last one that fits a request is the one that happens; `undefined` forgets all of them. */
  setFault(fault: NpmFault | undefined, scope?: NpmFaultScope): void;
  close(): Promise<void>;
}

interface ActiveFault {
  readonly fault: NpmFault;
  readonly scope: NpmFaultScope;
  left: number;
}

/** An npm registry on loopback that keeps everything in memory. */
export async function startNpmRegistry(options: NpmRegistryOptions = {}): Promise<NpmRegistry> {
  const registry = new LoopbackRegistry(options);
  await registry.listen();
  return registry;
}

class LoopbackRegistry extends NpmStore implements NpmRegistry {
  readonly requests: string[] = [];
  readonly #upstream: string | undefined;
  readonly #ownScopes: readonly string[];
  #faults: ActiveFault[] = [];

  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, { error: String(error) });
    });
  });

  constructor({ upstream, ownScopes = ["@charm"] }: NpmRegistryOptions) {
    super();
    this.#upstream = upstream?.replace(/\/*$/, "");
    this.#ownScopes = ownScopes;
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  npmrc(extraScopes: readonly string[] = []): string {
    const scopes = [...this.#ownScopes, ...extraScopes].map((scope) => `${scope}:registry=${this.url}`);
    const everything = this.#upstream === undefined ? [] : [`registry=${this.url}`];
    return [...everything, ...scopes, `${this.url.slice("http:".length)}:_authToken=local-only`, ""].join("\n");
  }

  setFault(fault: NpmFault | undefined, scope: NpmFaultScope = {}): void {
    if (fault === undefined) this.#faults = [];
    else this.#faults.unshift({ fault, scope, left: scope.times ?? Number.POSITIVE_INFINITY });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
    const path = decodeURIComponent(new URL(request.url ?? "/", this.url).pathname.slice(1));
    this.requests.push(`${method} /${path}`);
    if (path.startsWith("-/npm/v1/attestations/")) return this.#sendAttestations(path.slice(22), response);
    if (path.startsWith("-/package/")) return this.#answerTags(method, path, request, response);
    if (path === "-/whoami") return send(response, 200, { username: "local" });
    if (path.startsWith("-/")) return send(response, 200, {});

    const { name, rest } = splitName(path);
    if (method === "PUT") return send(response, ...this.put(name, (await buffer(request)).toString()));
    if (method === "DELETE") return send(response, ...this.#delete(name, rest));
    const packument = this.packages.get(name);
    if (rest.startsWith("-/")) {
      const tarball = this.tarballs.get(path);
      if (tarball === undefined) return this.#sendOn(name, request, response);
      return this.#send(response, { name, on: "tarball" }, tarball, "application/octet-stream");
    }
    if (packument === undefined) {
      if (this.#meetsFault(response, name, "packument")) return;
      return this.#sendOn(name, request, response);
    }
    const wanted = packument["dist-tags"][rest] ?? rest;
    const document = rest === "" ? packument : packument.versions[wanted];
    if (document === undefined) return send(response, 404, `version not found: ${rest}`);
    return this.#send(response, { name, on: "packument" }, Buffer.from(JSON.stringify(document)), "application/json");
  }

  #sendAttestations(id: string, response: ServerResponse): void {
    const attestations = this.attestations.get(id);
    const name = id.slice(0, id.lastIndexOf("@"));
    if (attestations === undefined) {
      if (!this.#meetsFault(response, name, "attestations")) send(response, 404, { error: "Not found" });
      return;
    }
    const body = Buffer.from(JSON.stringify({ attestations }));
    this.#send(response, { name, on: "attestations" }, body, "application/json");
  }

  async #answerTags(method: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = "", tag = ""] = /^-\/package\/(.+)\/dist-tags(?:\/(.+))?$/.exec(path) ?? [];
    send(response, ...this.tag(method, name, tag, (await buffer(request)).toString()));
  }

  #delete(name: string, rest: string): Answer {
    if (rest.startsWith("-rev/")) this.unpublish(name);
    return [200, { ok: true }];
  }

  #sendOn(name: string, request: IncomingMessage, response: ServerResponse): void {
    const isOurs = this.#ownScopes.some((scope) => name.startsWith(`${scope}/`)) || this.packages.has(name);
    if (this.#upstream === undefined || isOurs) return send(response, 404, { error: "Not found" });
    response.writeHead(307, { location: `${this.#upstream}${request.url ?? "/"}` }).end();
  }

  #send(response: ServerResponse, about: { name: string; on: NpmRequestKind }, body: Buffer, type: string): void {
    const fault = this.#meetsFault(response, about.name, about.on);
    if (fault === true) return;
    let bytes = body;
    if (fault?.kind === "broken-json") bytes = Buffer.from(body.subarray(0, body.length / 2));
    if (fault?.kind === "lying") bytes = Buffer.from(body).fill(0, body.length >> 1);
    response.writeHead(200, { "content-type": type, "content-length": bytes.length });
    if (fault?.kind === "cut") response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    else if (fault?.kind === "slow") setTimeout(() => response.end(bytes), fault.ms).unref();
    else response.end(bytes);
  }

  /** True when the fault has been all of the answer; otherwise the one that shall be applied to it. */
  #meetsFault(response: ServerResponse, name: string, on: NpmRequestKind): true | NpmFault | undefined {
    const active = this.#faults.find(
      ({ scope, left }) => left > 0 && (scope.name ?? name) === name && (scope.on ?? on) === on,
    );
    if (active === undefined) return undefined;
    active.left--;
    const { fault } = active;
    if (fault.kind === "hang") return true;
    if (fault.kind !== "status") return fault;
    const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
    response.writeHead(fault.status, headers).end(JSON.stringify({ error: `status ${fault.status}` }));
    return true;
  }
}

/** `@scope/name/rest` or `name/rest`. */
function splitName(path: string): { name: string; rest: string } {
  const parts = path.split("/");
  const length = path.startsWith("@") ? 2 : 1;
  return { name: parts.slice(0, length).join("/"), rest: parts.slice(length).join("/") };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
