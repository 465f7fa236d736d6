// registry-bump.mjs FOLDER: gives the exporters of a release their new versions in the community's registry.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../repository.mjs";
import { main } from "./refusal.mjs";
import { readRelease } from "./release-folder.mjs";

await main(() => {
  const manifests = join(root, "registry/telemetry/manifests");
  const files = existsSync(manifests) ? readdirSync(manifests).filter((file) => /^[^_].*\.json$/.test(file)) : [];
  const versions = new Map(readRelease(process.argv[2] ?? "release").map(({ name, version }) => [name, version]));
  for (const file of files) {
    const text = readFileSync(join(manifests, file), "utf8");
    const { npm_package: name, version: listed } = JSON.parse(text);
    const version = versions.get(name);
    if (version === undefined || version === listed) continue;
    writeFileSync(join(manifests, file), text.replace(/("version":\s*)"[^"]*"/, `$1"${version}"`));
    console.log(`${file}: ${listed} → ${version}`);
  }
});
