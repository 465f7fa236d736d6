// snapshot.mjs TAG: gives the packages that have changesets versions such as 0.0.0-TAG-COMMIT, to be tried before a release.
import { join } from "node:path";
import { publishablePackages, readJson, run } from "../repository.mjs";
import { pendingChangesets } from "./changesets.mjs";
import { packumentOf } from "./npm-registry.mjs";
import { main, Refusal } from "./refusal.mjs";

await main(async () => {
  const tag = process.argv[2] ?? "";
  if (!/^[a-z][a-z0-9]{1,19}$/.test(tag) || tag === "latest" || /^v?\d/.test(tag))
    throw new Refusal(
      "snapshot-tag",
      `${JSON.stringify(tag)} is no name for a snapshot; want letters and digits, such as next`,
    );
  if (pendingChangesets().length === 0)
    throw new Refusal("snapshot-empty", "there is no changeset, so nothing has changed; run npx changeset");

  const before = versions();
  const { code, output } = run([
    "changeset",
    "version",
    "--snapshot",
    tag,
    "--snapshot-prerelease-template",
    "{tag}-{commit}",
  ]);
  if (code !== 0) throw new Refusal("snapshot", output.trim());
  const changed = [...versions()].filter(([name, version]) => before.get(name) !== version);
  for (const [name, version] of changed) {
    if ((await packumentOf(name)) === undefined)
      throw new Refusal(
        "snapshot-first",
        `${name} was never published; its first version is a release, see docs/releasing.md`,
      );
    console.log(`${name}@${version}`);
  }
});

function versions() {
  return new Map(
    publishablePackages()
      .map((folder) => readJson(join(folder, "package.json")))
      .map((each) => [each.name, each.version]),
  );
}
