import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { madeRelease, release, script, shop, writeFiles } from "./support.ts";

const PUBLISH = release("publish.mjs");
const tide: [Record<string, unknown>, Record<string, string>] = [{ name: "@acme/tide", version: "1.2.0" }, {}];
const wind: [Record<string, unknown>, Record<string, string>] = [{ name: "@acme/wind", version: "0.3.0" }, {}];

it("publishes the tarballs of a release as they are, and leaves out what npm has when it is run again", async () => {
  const { registry, environment } = await shop();
  const folder = madeRelease([tide, wind]);

  const first = await script(PUBLISH, [folder], environment);
  expect(first).toMatchObject({
    code: 0,
    stdout: "published @acme/tide@1.2.0 as latest\npublished @acme/wind@0.3.0 as latest\n",
  });
  const { packages } = JSON.parse(readFileSync(join(folder, "release.json"), "utf8")) as {
    packages: { integrity: string }[];
  };
  expect(registry.packages.get("@acme/tide")?.versions["1.2.0"]?.dist.integrity).toBe(packages[0]?.integrity);

  const again = await script(PUBLISH, [folder], environment);
  expect(again).toMatchObject({
    code: 0,
    stdout: "skipped @acme/tide@1.2.0: npm has it\nskipped @acme/wind@0.3.0: npm has it\n",
  });
  expect(registry.requests.filter((request) => request.startsWith("PUT"))).toHaveLength(2);
});

it("goes on where it was interrupted", async () => {
  const { registry, environment } = await shop();
  const folder = madeRelease([tide, wind]);
  registry.publish({ name: "@acme/tide", version: "1.2.0" }, readFileSync(join(folder, "tide-1.2.0.tgz")));
  const { stdout } = await script(PUBLISH, [folder], environment);
  expect(stdout).toBe("skipped @acme/tide@1.2.0: npm has it\npublished @acme/wind@0.3.0 as latest\n");
});

it("sends nothing when one of the versions is on npm with other contents", async () => {
  const { registry, environment } = await shop();
  registry.publish({ name: "@acme/wind", version: "0.3.0" }, Buffer.from("something else"));
  const { code, stderr } = await script(PUBLISH, [madeRelease([tide, wind])], environment);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "error release-differs: npm has @acme/wind@0.3.0 with other contents; want a new version\n",
  });
  expect(registry.packages.has("@acme/tide")).toBe(false);
});

it("sends nothing when a tarball is not the one that was checked", async () => {
  const { registry, environment } = await shop();
  const folder = madeRelease([tide, wind]);
  writeFileSync(join(folder, "wind-0.3.0.tgz"), "rebuilt");
  const { code, stderr } = await script(PUBLISH, [folder], environment);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error release-changed: .*wind-0\.3\.0\.tgz is not the tarball that was packed and checked/);
  expect(registry.requests).toEqual([]);
});

it.each([
  ["1.4.0", ["--tag", "next"], "error snapshot-final: 1.4.0 is a final version; refuse tag next\n"],
  [
    "0.0.0-next-1a2b3c",
    [],
    "error snapshot-latest: 0.0.0-next-1a2b3c is no final version; refuse tag latest, want --tag NAME\n",
  ],
])("refuses %s under the wrong tag", async (version, args, expected) => {
  const folder = madeRelease([[{ name: "@acme/tide", version }, {}]]);
  expect(await script(PUBLISH, [folder, ...args])).toMatchObject({ code: 1, stderr: expected });
});

it("tags a snapshot without touching what people get", async () => {
  const { registry, environment } = await shop();
  registry.publish({ name: "@acme/tide", version: "1.2.0" }, Buffer.from("the release"));
  const folder = madeRelease([[{ name: "@acme/tide", version: "0.0.0-next-1a2b3c" }, {}]]);
  expect((await script(PUBLISH, [folder, "--tag", "next"], environment)).code).toBe(0);
  expect(registry.packages.get("@acme/tide")?.["dist-tags"]).toEqual({ latest: "1.2.0", next: "0.0.0-next-1a2b3c" });
});

it("says what to do when the registry does not tell what it has", async () => {
  const { registry, environment } = await shop();
  registry.setFault({ kind: "status", status: 503 });
  const { code, stderr } = await script(PUBLISH, [madeRelease([tide])], environment);
  expect(code).toBe(1);
  expect(stderr).toBe(
    "error npm-unreachable: the registry does not tell about @acme/tide: status 503; run this again later\n",
  );
});

it("counts npm's own word when the answer to a publish is lost", async () => {
  const { registry, environment } = await shop();
  const folder = madeRelease([tide]);
  const bin = join(folder, "bin");
  // An npm whose request arrives and whose answer does not.
  const npm = `#!/usr/bin/env node
import { spawnSync } from "node:child_process";
const path = process.env.PATH.slice(process.env.PATH.indexOf(":") + 1);
const { status } = spawnSync("npm", process.argv.slice(2), { stdio: "inherit", env: { ...process.env, PATH: path } });
process.exit(process.argv[2] === "publish" ? 1 : status);
`;
  writeFiles(bin, { npm, "package.json": '{"type":"module"}' });
  chmodSync(join(bin, "npm"), 0o755);
  const ended = await script(PUBLISH, [folder], { ...environment, PATH: `${bin}:${process.env["PATH"]}` });
  expect(ended).toMatchObject({ code: 0, stdout: "published @acme/tide@1.2.0 as latest\n" });
  expect(registry.packages.get("@acme/tide")?.versions).toHaveProperty(["1.2.0"]);
});

it("says why npm did not take a package, and that the job can be run again", async () => {
  const { environment } = await shop();
  const folder = madeRelease([[{ name: "@acme/tide", version: "1.2.0", private: true }, {}]]);
  const { code, stderr } = await script(PUBLISH, [folder], environment);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error publish: @acme\/tide@1\.2\.0 was not published; run this job again\nnpm error code EPRIVATE/,
  );
});

/** What GitHub gives to a job with `id-token: write`. */
const IDENTITY = { ACTIONS_ID_TOKEN_REQUEST_URL: "http://127.0.0.1:9/" };

it("does not begin with an identity when npm has never seen one of the packages", async () => {
  const { registry, environment } = await shop();
  registry.publish({ name: "@acme/tide", version: "1.1.0" }, Buffer.from("older"));
  const { code, stderr } = await script(PUBLISH, [madeRelease([tide, wind])], { ...environment, ...IDENTITY });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      "error first-publish: npm does not know @acme/wind, so it cannot trust this workflow; see docs/releasing.md\n",
  });
  expect(registry.requests.filter((request) => request.startsWith("PUT"))).toEqual([]);
});

it("wants no token where there is an identity", async () => {
  const { environment } = await shop();
  const ended = await script(PUBLISH, [madeRelease([tide])], { ...environment, ...IDENTITY, NPM_TOKEN: "npm_secret" });
  expect(ended).toMatchObject({
    code: 1,
    stderr: "error npm-token: NPM_TOKEN is set; releases have an identity and need no token\n",
  });
});
