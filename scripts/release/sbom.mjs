// sbom.mjs FOLDER: writes a CycloneDX bill of materials of each released package: what an install of it gets from npm today.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main, Refusal } from "./refusal.mjs";
import { packedPackageJson, readRelease } from "./release-folder.mjs";

await main(() => {
  const release = process.argv[2] ?? "release";
  for (const each of readRelease(release)) {
    const file = each.file.replace(/\.tgz$/, ".cdx.json");
    writeFileSync(join(release, file), billOf(each));
    console.log(`wrote ${file}`);
  }
});

function billOf({ name, version, path }) {
  const folder = mkdtempSync(join(tmpdir(), "charm-sbom-"));
  const npm = (...args) =>
    execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  try {
    const { devDependencies: _, scripts: __, ...packageJson } = packedPackageJson(path);
    writeFileSync(join(folder, "package.json"), JSON.stringify(packageJson));
    npm("install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund");
    const bill = JSON.parse(npm("sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--sbom-type", "library"));
    bill.metadata.component.name = name; // npm takes the folder's
    return `${JSON.stringify(bill, undefined, 2)}\n`;
  } catch (error) {
    throw new Refusal("sbom", `${name}@${version} has no bill of materials: ${error.stderr ?? error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
