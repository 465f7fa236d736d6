import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startNpmRegistry } from "../../../../test/support/npm-registry.ts";
import type { NpmRegistry } from "../../../../test/support/npm-registry.ts";
import { NpmClient, RegistryUrlError } from "../../src/npm/npm-client.ts";
import type { NpmClientOptions, NpmVersionDocument } from "../../src/npm/npm-client.ts";

let registry: NpmRegistry;

beforeAll(async () => {
  registry = await startNpmRegistry();
  registry.publish({ name: "acme", version: "1.0.0" }, Buffer.from("the first"));
  registry.publish({ name: "acme", version: "1.1.0" }, Buffer.from("the second"));
  registry.publish({ name: "@tide/acme", version: "2.0.0" }, Buffer.from("scoped"));
});

afterEach(() => {
  registry.setFault(undefined);
  registry.requests.length = 0;
  vi.unstubAllEnvs();
});

afterAll(() => registry.close());

function client(options: NpmClientOptions = {}): NpmClient {
  return new NpmClient({ registry: registry.url, backoffMs: 1, ...options });
}

async function version(name: string, wanted: string, from: NpmClient = client()): Promise<NpmVersionDocument> {
  const answer = await from.package(name);
  const document = "value" in answer ? answer.value.versions.get(wanted) : undefined;
  if (document === undefined) throw new Error(`${name}@${wanted} is not there: ${JSON.stringify(answer)}`);
  return document;
}

it("reads versions, tags and notices", async () => {
  registry.deprecate("acme", "1.0.0", "use 1.1.0");
  const answer = await client().package("acme");
  expect(answer).toMatchObject({ value: { tags: new Map([["latest", "1.1.0"]]), isUnpublished: false } });
  expect(await version("acme", "1.0.0")).toMatchObject({ deprecated: "use 1.1.0", hasAttestations: false });
  expect(await version("acme", "1.1.0")).toMatchObject({ deprecated: undefined, publishedAt: expect.any(String) });
});

it("asks for scoped names in one segment", async () => {
  expect(await client().tarball("@tide/acme", await version("@tide/acme", "2.0.0"))).toEqual({
    value: Buffer.from("scoped"),
  });
  expect(registry.requests).toEqual(["GET /@tide/acme", "GET /@tide/acme/-/acme-2.0.0.tgz"]);
});

it.each(["..", "../-/whoami", "a/../../b", "acme?x=1", "@tide/../acme", "%2e%2e"])(
  "lets the name %s reach nothing else",
  async (name) => {
    expect(await client().package(name)).not.toHaveProperty("value");
    expect(registry.requests).toHaveLength(1);
    expect(registry.requests[0]).not.toMatch(/^GET \/(?:-\/whoami|acme)$/);
  },
);

it("takes the registry from npm's variable, else npm's own", () => {
  vi.stubEnv("npm_config_registry", "http://127.0.0.1:1/mirror");
  expect(new NpmClient().registry.href).toBe("http://127.0.0.1:1/mirror/");
  vi.stubEnv("npm_config_registry", undefined);
  expect(new NpmClient().registry.href).toBe("https://registry.npmjs.org/");
  vi.stubEnv("npm_config_registry", "");
  expect(new NpmClient().registry.href).toBe("https://registry.npmjs.org/");
});

it.each(["nope", "ftp://reef:tide-table-4711@mirror.test", "https://"])("takes no registry such as %s", (url) => {
  vi.stubEnv("npm_config_registry", url);
  const message = "is no URL of a registry; want one such as https://registry.npmjs.org/";
  expect(() => new NpmClient()).toThrow(new RegistryUrlError(`npm_config_registry ${message}`));
  expect(() => new NpmClient({ registry: url })).toThrow(new RegistryUrlError(`the npm registry ${message}`));
});

it("asks a mirror for tarballs that its metadata places at npm", async () => {
  const document = { ...(await version("acme", "1.0.0")), tarball: "https://registry.npmjs.org/acme/-/acme-1.0.0.tgz" };
  expect(await client().tarball("acme", document)).toEqual({ value: Buffer.from("the first") });
});

describe("tells apart", () => {
  it("a package that nobody published, and one that was withdrawn", async () => {
    expect(await client().package("nobody")).toEqual({ missing: true });
    registry.publish({ name: "withdrawn", version: "1.0.0" }, Buffer.from("x"));
    registry.unpublish("withdrawn");
    expect(await client().package("withdrawn")).toMatchObject({ value: { isUnpublished: true, versions: new Map() } });
    expect(registry.requests).toHaveLength(2);
  });

  it.each([500, 502, 503, 504, 429])("%i, which is tried three times", async (status) => {
    registry.setFault({ kind: "status", status });
    expect(await client().package("acme")).toEqual({ undecided: `${status} after 3 tries` });
    expect(registry.requests).toHaveLength(3);
  });

  it.each([401, 403, 418])("%i, which is tried once", async (status) => {
    registry.setFault({ kind: "status", status });
    expect(await client().package("acme")).toEqual({ undecided: `${status} after 1 try` });
    expect(registry.requests).toHaveLength(1);
  });

  it("an answer that comes at another try", async () => {
    registry.setFault({ kind: "status", status: 503 }, { times: 1 });
    registry.setFault({ kind: "cut" }, { times: 1 });
    expect(await client().package("acme")).toHaveProperty("value");
    expect(registry.requests).toHaveLength(3);
  });

  it("no answer in time", async () => {
    registry.setFault({ kind: "hang" });
    const answer = await client({ timeoutMs: 50, tries: 2 }).package("acme");
    expect(answer).toEqual({ undecided: "no answer in 50 ms after 2 tries" });
  });

  it("an answer that comes late, but in time", async () => {
    registry.setFault({ kind: "slow", ms: 30 });
    expect(await client().package("acme")).toHaveProperty("value");
  });

  it("an answer that is no JSON, or about something else", async () => {
    registry.setFault({ kind: "broken-json" });
    expect(await client().package("acme")).toEqual({ undecided: "an answer that makes no sense after 3 tries" });
  });

  it("too long an answer", async () => {
    expect(await client({ maxBytes: 100 }).package("acme")).toEqual({ undecided: "more than 100 bytes after 1 try" });
  });

  it("nobody there", async () => {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    const answer = await client({ registry: `http://127.0.0.1:${port}` }).package("acme");
    expect(answer).toEqual({ undecided: "ECONNREFUSED after 3 tries" });
  });
});

describe("a registry that throttles", () => {
  it("is asked again when it says so", async () => {
    registry.setFault({ kind: "status", status: 429, retryAfter: "0" }, { times: 2 });
    // Were the header not read, this would wait for an hour.
    expect(await client({ backoffMs: 3_600_000 }).package("acme")).toHaveProperty("value");
    const past = new Date(0).toUTCString();
    registry.setFault({ kind: "status", status: 503, retryAfter: past }, { times: 1 });
    expect(await client({ backoffMs: 3_600_000 }).package("acme")).toHaveProperty("value");
  });

  it("is not waited for when it wants to be left alone for long", async () => {
    registry.setFault({ kind: "status", status: 429, retryAfter: "3600" });
    expect(await client().package("acme")).toEqual({ undecided: "429 after 1 try" });
  });
});

describe("a tarball", () => {
  it("is refused when its bytes are others than those of the metadata", async () => {
    registry.setFault({ kind: "lying" }, { on: "tarball" });
    expect(await client().tarball("acme", await version("acme", "1.0.0"))).toEqual({
      mismatch: "the tarball of 1.0.0 is not the one that dist.integrity stands for",
    });
  });

  it.each([undefined, "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "nonsense"])(
    "is refused when its integrity is %s",
    async (integrity) => {
      const document = { ...(await version("acme", "1.0.0")), integrity };
      expect(await client().tarball("acme", document)).toEqual({ mismatch: "npm's metadata of 1.0.0 has no SHA-512" });
    },
  );

  it("is missing when it is gone", async () => {
    const document = { ...(await version("acme", "1.0.0")), tarball: `${registry.url}acme/-/acme-9.9.9.tgz` };
    expect(await client().tarball("acme", document)).toEqual({ missing: true });
  });
});
