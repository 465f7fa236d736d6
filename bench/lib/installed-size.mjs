import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What `names`, installed in `folder` by npm, take with all that they depend on. */
export function installedSize(folder, names) {
  const { packages } = JSON.parse(readFileSync(join(folder, "node_modules", ".package-lock.json"), "utf8"));
  const found = new Set();
  for (const name of names) visit(packages, name, "", found);
  let bytes = 0;
  for (const path of found) bytes += sizeOf(join(folder, path));
  return { megabytes: bytes / 1e6, packages: found.size };
}

function visit(packages, name, from, found) {
  const path = resolve(packages, name, from);
  if (path === undefined || found.has(path)) return;
  found.add(path);
  const { dependencies = {}, optionalDependencies = {} } = packages[path];
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
    visit(packages, dependency, path, found);
}

/** As Node looks: in the package's own node_modules, then upwards. */
function resolve(packages, name, from) {
  const path = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
  if (packages[path] !== undefined) return path;
  return from === ""
    ? undefined
    : resolve(packages, name, from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/"))));
}

/** Bytes of a package's files, without packages inside it. */
function sizeOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += sizeOf(path);
    else if (entry.isFile()) bytes += lstatSync(path).size;
  }
  return bytes;
}
