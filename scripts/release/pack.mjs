// pack.mjs FOLDER: packs every package whose version npm does not have yet into FOLDER.
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pnpm, publishablePackages, readJson, root, run } from "../repository.mjs";
import { packumentOf } from "./npm-registry.mjs";
import { main, Refusal } from "./refusal.mjs";
import { integrityOf, writeRelease } from "./release-folder.mjs";

await main(async () => {
  const release = resolve(process.argv[2] ?? "release");
  rmSync(release, { recursive: true, force: true });
  mkdirSync(release, { recursive: true });

  const all = publishablePackages().map((folder) => ({ folder, packageJson: readJson(join(folder, "package.json")) }));
  const packuments = await Promise.all(all.map(({ packageJson }) => packumentOf(packageJson.name)));
  const wanted = all.filter(({ packageJson }, at) => packuments[at]?.versions[packageJson.version] === undefined);

  for (const { packageJson } of wanted)
    if (packageJson.version === "0.0.0")
      throw new Refusal(
        "release-version",
        `${packageJson.name} has no version yet; add a changeset and run release:version`,
      );
  packAll(wanted, release);
  const packages = inOrder(wanted).map(({ folder, packageJson: { name, version } }) => {
    const file = tarballOf(name, version);
    console.log(`packed ${name}@${version}`);
    return { name, version, file, folder: relative(root, folder), integrity: integrityOf(join(release, file)) };
  });

  writeRelease(release, packages);
  if (packages.length === 0) console.log("nothing to release: npm has all versions");
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `count=${packages.length}\n`);
});

/** By one pnpm: nine of them take nine times as long. */
function packAll(packages, release) {
  if (packages.length === 0) return;
  const filters = packages.map(({ packageJson }) => `--filter=${packageJson.name}`);
  const { code, output } = run(pnpm("--recursive", ...filters, "pack", "--pack-destination", release));
  if (code !== 0) throw new Refusal("pack", `pnpm could not pack:\n${output}`);
}

/** As npm and pnpm name them. */
function tarballOf(name, version) {
  return `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
}

/** What a package needs is published before it. */
function inOrder(packages) {
  const ordered = new Set();
  const add = (each) => {
    const { dependencies, peerDependencies } = each.packageJson;
    const needed = Object.keys({ ...dependencies, ...peerDependencies });
    packages.filter(({ packageJson }) => needed.includes(packageJson.name)).forEach(add);
    ordered.add(each);
  };
  packages.forEach(add);
  return [...ordered];
}
