import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { shown } from "@charm/telemetry-registry/findings";
import type { PackageDescription } from "@charm/telemetry-registry/package";
import { tryExporter } from "../try/try-exporter.ts";
import type { Flaw } from "./flaw.ts";

/** Tries each exporter of the package as it was packed: as an agent loads it, and with the conformance kit. */
export async function checkEntryPoints(
  { name, version, entryPoints, files }: PackageDescription,
  folder: string,
  temporary: string,
): Promise<Flaw[]> {
  if (entryPoints.size === 0) return [];
  const unpacked = unpack(files, folder, temporary);
  const flaws = await Promise.all(
    [...entryPoints].map(async ([exporter, target]): Promise<Flaw[]> => {
      const [address = "", exportName = "default"] = target.split("#");
      const file = posix.normalize(address);
      if (!files.has(file)) return []; // another rule's
      const module = { name: exporter, packageName: `${name}@${version}`, exportName };
      const url = pathToFileURL(join(unpacked, file)).href;
      // Without a variable: exporters have to stand that.
      const reasons = await tryExporter("check-exporter", { module: { ...module, url }, environment: {} });
      const path = ["charm", "telemetry", exporter];
      return reasons.map((reason) => {
        return { severity: "error", rule: "entry-point-contract", message: `"${shown(exporter)}": ${reason}`, path };
      });
    }),
  );
  return flaws.flat();
}

/** Writes the files where they find what the author has installed, and nothing else of the author's folder. */
function unpack(files: PackageDescription["files"], folder: string, temporary: string): string {
  let parent = mkdtempSync(join(temporary, "unpacked-"));
  // One folder for each node_modules on the way up, the nearest innermost: Node looks in them in the same order.
  for (const modules of modulesAbove(folder)) {
    symlinkSync(modules, join(parent, "node_modules"), "junction");
    parent = join(parent, "in");
    mkdirSync(parent);
  }
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(parent, path)), { recursive: true });
    writeFileSync(join(parent, path), bytes);
  }
  return parent;
}

function modulesAbove(folder: string): string[] {
  const here = join(folder, "node_modules");
  const above = dirname(folder) === folder ? [] : modulesAbove(dirname(folder));
  return existsSync(here) ? [...above, here] : above;
}
