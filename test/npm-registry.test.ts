import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startNpmRegistry } from "./support/npm-registry.ts";
import type { NpmRegistry } from "./support/npm-registry.ts";

let folder: string;
let registry: NpmRegistry;
/** Has one package that the loopback registry does not hold. */
let upstream: NpmRegistry;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "npm-registry-"));
  upstream = await startNpmRegistry();
  registry = await startNpmRegistry({ upstream: upstream.url });
  writeFileSync(join(folder, ".npmrc"), registry.npmrc());
});

afterEach(async () => {
  await registry.close();
  await upstream.close();
  rmSync(folder, { recursive: true });
});

function npm(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    NPM_CONFIG_USERCONFIG: join(folder, ".npmrc"),
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, "cache"),
  };
  return promisify(execFile)("npm", args, { cwd: folder, env });
}

function writePackage(path: string, packageJson: object): void {
  mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, path, "package.json"), JSON.stringify(packageJson));
  writeFileSync(join(folder, path, "index.js"), "");
}

it("takes what npm publishes and serves what npm installs, its own and another's", async () => {
  writePackage("tide", { name: "tide", version: "1.0.0" });
  await npm("publish", "./tide", "--registry", upstream.url, `--//${upstream.url.slice(7)}:_authToken=x`);
  writePackage("acme", { name: "charm-telemetry-acme", version: "1.0.0-next.1", dependencies: { tide: "^1.0.0" } });
  await npm("publish", "./acme", "--tag", "next");
  expect(registry.packages.get("charm-telemetry-acme")?.["dist-tags"]).toMatchObject({ next: "1.0.0-next.1" });

  writePackage("agent", { name: "agent", version: "1.0.0" });
  await npm("install", "--prefix", "agent", "charm-telemetry-acme@next");
  const { packages } = JSON.parse(readFileSync(join(folder, "agent/package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string }>;
  };
  expect(packages["node_modules/charm-telemetry-acme"]?.version).toBe("1.0.0-next.1");
  expect(packages["node_modules/tide"]?.version).toBe("1.0.0");

  await expect(npm("publish", "./acme", "--tag", "next")).rejects.toThrow(/over/);
  await npm("deprecate", "charm-telemetry-acme@1.0.0-next.1", "gone fishing");
  expect((await npm("view", "charm-telemetry-acme@next", "deprecated")).stdout.trim()).toBe("gone fishing");
  await npm("unpublish", "charm-telemetry-acme", "--force");
  await expect(npm("view", "charm-telemetry-acme")).rejects.toThrow(/E404/);
});

it("is faulty as often as it was told to", async () => {
  registry.publish({ name: "acme", version: "1.0.0" }, Buffer.from("bytes"));
  registry.setFault({ kind: "status", status: 429, retryAfter: "3" }, { name: "acme", times: 1 });
  const first = await fetch(new URL("acme", registry.url));
  expect([first.status, first.headers.get("retry-after")]).toEqual([429, "3"]);
  expect((await fetch(new URL("acme", registry.url))).status).toBe(200);
  registry.setFault({ kind: "broken-json" });
  await expect(fetch(new URL("acme", registry.url)).then((response) => response.json())).rejects.toThrow(/JSON/);
  registry.setFault({ kind: "cut" });
  await expect(fetch(new URL("acme", registry.url)).then((response) => response.text())).rejects.toThrow("terminated");
});
