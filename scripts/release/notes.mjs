// notes.mjs FOLDER: writes the notes of each released package: its part of the changelog, and how to check what npm gives out.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../repository.mjs";
import { main } from "./refusal.mjs";
import { readRelease } from "./release-folder.mjs";

await main(() => {
  const release = process.argv[2] ?? "release";
  for (const each of readRelease(release)) {
    const file = each.file.replace(/\.tgz$/, ".md");
    writeFileSync(join(release, file), notesOf(each));
    console.log(`wrote ${file}`);
  }
});

function notesOf({ name, version, file, folder, integrity }) {
  const page = `https://www.npmjs.com/package/${name}/v/${version}`;
  return `${changesOf(join(root, folder, "CHANGELOG.md"), version)}

## Check what you install

- \`npm install ${name}@${version}\`, then \`npm audit signatures\`
- Built and published by this repository's workflow: [provenance](${page}#provenance)
- Tarball: \`${integrity}\`
- Contents, with all that it depends on: \`${file.replace(/\.tgz$/, ".cdx.json")}\` (CycloneDX)
`;
}

/** The changelog's section of one version, without its heading. */
function changesOf(path, version) {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const start = lines.indexOf(`## ${version}`);
  if (start < 0) return "No change that people would notice.";
  const end = lines.findIndex((line, at) => at > start && line.startsWith("## "));
  return lines
    .slice(start + 1, end < 0 ? undefined : end)
    .join("\n")
    .trim();
}
