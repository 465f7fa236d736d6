// tsc leaves what it has made of a file that is gone, and what lies in dist would be published.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";

const OUTPUT = /\.(?:d\.ts|js)(?:\.map)?$/;

/** Removes what tsc has made in the `dist` of a package of files that its `src` does not have any more. */
export function removeStaleOutput(folder) {
  const dist = join(folder, "dist");
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { withFileTypes: true, recursive: true })) {
    const file = relative(dist, join(entry.parentPath, entry.name));
    // The bundler cleans up behind itself.
    if (!OUTPUT.test(file) || file.startsWith(`bundle${sep}`)) continue;
    if (!existsSync(join(folder, "src", file.replace(OUTPUT, ".ts")))) rmSync(join(dist, file), { force: true });
  }
}
