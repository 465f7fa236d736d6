import { join, posix } from "node:path";
import { blocksOf } from "./guide.ts";
import { entryPoints, publishablePackages, readText, repositoryFiles } from "./repository.ts";
import type { WorkspacePackage } from "./repository.ts";

const IMPORT = /^(?:import|export) \{([^}]*)\} from "([^"]+)";/gm;

/** Who imports what from our packages: `@charm/telemetry-core/kit#HttpSender` to the files that do. */
export function readImports(): ReadonlyMap<string, readonly string[]> {
  const builtBy = new Map(
    publishablePackages().flatMap((each) =>
      entryPoints(each).map(({ subpath, built }) => [
        posix.join(each.path, built),
        posix.join(each.packageJson.name, subpath),
      ]),
    ),
  );
  const users = new Map<string, string[]>();
  for (const file of repositoryFiles().filter((path) => /\.(?:tsx?|mjs|js|md)$/.test(path)))
    for (const [, names = "", specifier = ""] of codeOf(file).matchAll(IMPORT)) {
      const from = specifier.startsWith(".") ? builtBy.get(posix.join(posix.dirname(file), specifier)) : specifier;
      for (const name of names.split(",").map((each) => each.trim().replace(/ as .*/, "")))
        if (from !== undefined) users.set(`${from}#${name}`, [...(users.get(`${from}#${name}`) ?? []), file]);
    }
  return users;
}

/** Of a package's own files, its README alone counts as an outsider's. */
export function isOutside(file: string, { path }: WorkspacePackage): boolean {
  return !file.startsWith(`${path}/`) || file === join(path, "README.md");
}

/** Of a page, what stands in its code blocks. */
function codeOf(file: string): string {
  const text = readText(file);
  if (!file.endsWith(".md")) return text;
  return blocksOf(text)
    .map((block) => block.text)
    .join("\n");
}
