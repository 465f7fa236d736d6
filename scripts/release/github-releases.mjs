// github-releases.mjs FOLDER: opens a release of each package, with its notes, tarball and bill of materials. What is there stays.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { main, Refusal } from "./refusal.mjs";
import { readRelease } from "./release-folder.mjs";

await main(() => {
  const release = process.argv[2] ?? "release";
  for (const { name, version, file, path } of readRelease(release)) {
    const tag = `${name}@${version}`;
    if (gh("release", "view", tag).status === 0) continue;
    const beside = (extension) => join(release, file.replace(/\.tgz$/, extension));
    const notes = ["--title", tag, "--notes-file", beside(".md")];
    const { status, stderr } = gh("release", "create", tag, ...notes, path, beside(".cdx.json"));
    if (status !== 0) throw new Refusal("github-release", `${tag}: ${stderr.trim()}`);
    console.log(`announced ${tag}`);
  }
});

function gh(...args) {
  return spawnSync("gh", args, { encoding: "utf8" });
}
