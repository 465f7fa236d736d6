import { mkdirSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { git, shop, script, smallRepository } from "./support.ts";

const member = (name: string, version: string, more: object = {}): string =>
  JSON.stringify({ name: `@acme/${name}`, version, license: "MIT", files: ["index.js"], ...more });

/** Wind needs tide; nobody needs calm. */
const PACKAGES = {
  "packages/calm/package.json": member("calm", "1.0.0"),
  "packages/tide/package.json": member("tide", "1.2.0"),
  "packages/wind/package.json": member("wind", "0.3.0", { peerDependencies: { "@acme/tide": "workspace:^" } }),
};
const CHANGESET = '---\n"@acme/tide": minor\n---\n\nTides of lakes.\n';

it("are packed when npm does not have them, what is needed first", async () => {
  const { registry, environment } = await shop();
  registry.publish({ name: "@acme/calm", version: "1.0.0" }, Buffer.from("calm"));
  registry.publish({ name: "@acme/tide", version: "1.1.0" }, Buffer.from("older"));
  const repository = smallRepository(PACKAGES);
  // As pnpm installs it: that is where it reads the versions of the workspace.
  mkdirSync(join(repository, "packages/wind/node_modules/@acme"), { recursive: true });
  symlinkSync(join(repository, "packages/tide"), join(repository, "packages/wind/node_modules/@acme/tide"));
  const output = join(repository, "output");
  const ended = await script(join(repository, "scripts/release/pack.mjs"), [join(repository, "release")], {
    ...environment,
    GITHUB_OUTPUT: output,
  });
  expect(ended).toMatchObject({ code: 0, stderr: "", stdout: "packed @acme/tide@1.2.0\npacked @acme/wind@0.3.0\n" });
  expect(readFileSync(output, "utf8")).toBe("count=2\n");
  expect(readdirSync(join(repository, "release")).toSorted()).toEqual([
    "acme-tide-1.2.0.tgz",
    "acme-wind-0.3.0.tgz",
    "release.json",
  ]);
});

it("are wanted before anything is packed", async () => {
  const { environment } = await shop();
  const repository = smallRepository({ "packages/tide/package.json": member("tide", "0.0.0") });
  const ended = await script(join(repository, "scripts/release/pack.mjs"), [join(repository, "release")], environment);
  expect(ended).toMatchObject({
    code: 1,
    stderr: "error release-version: @acme/tide has no version yet; add a changeset and run release:version\n",
  });
});

it("of a snapshot name its tag and commit, and only what has changed gets one", async () => {
  const { registry, environment } = await shop();
  registry.publish({ name: "@acme/tide", version: "1.2.0" }, Buffer.from("tide"));
  registry.publish({ name: "@acme/wind", version: "0.3.0" }, Buffer.from("wind"));
  const repository = smallRepository({ ...PACKAGES, ".changeset/lakes.md": CHANGESET });
  const commit = git(repository, "rev-parse", "HEAD");
  const ended = await script(join(repository, "scripts/release/snapshot.mjs"), ["next"], environment);
  expect(ended).toMatchObject({
    code: 0,
    stdout: `@acme/tide@0.0.0-next-${commit}\n@acme/wind@0.0.0-next-${commit}\n`,
  });
  expect(readFileSync(join(repository, "packages/calm/package.json"), "utf8")).toContain('"1.0.0"');
});

it.each([
  [
    "without a changeset",
    {},
    "next",
    "error snapshot-empty: there is no changeset, so nothing has changed; run npx changeset\n",
  ],
  [
    "of a package that was never published",
    { ".changeset/lakes.md": CHANGESET },
    "next",
    "error snapshot-first: @acme/tide was never published; its first version is a release, see docs/releasing.md\n",
  ],
  [
    "under the tag of releases",
    { ".changeset/lakes.md": CHANGESET },
    "latest",
    'error snapshot-tag: "latest" is no name for a snapshot; want letters and digits, such as next\n',
  ],
])("of a snapshot are refused %s", async (_, files, tag, expected) => {
  const { environment } = await shop();
  const repository = smallRepository({ "packages/tide/package.json": member("tide", "1.2.0"), ...files });
  const ended = await script(join(repository, "scripts/release/snapshot.mjs"), [tag], environment);
  expect(ended).toMatchObject({ code: 1, stderr: expected });
});

it.each([
  ["pending", { ".changeset/lakes.md": CHANGESET }, "pending=true\n"],
  ["not pending", {}, "pending=false\n"],
])("are known to the workflow as %s", async (_, files, expected) => {
  const repository = smallRepository(files);
  const output = join(repository, "output");
  await script(join(repository, "scripts/release/pending.mjs"), [], { GITHUB_OUTPUT: output });
  expect(readFileSync(output, "utf8")).toBe(expected);
});
