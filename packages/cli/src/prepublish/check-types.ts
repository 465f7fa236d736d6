import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PackageManagerName } from "create-charm-telemetry/package-manager";
import { addCommand } from "../package-manager.ts";
import type { Files, Flaw } from "./flaw.ts";

const LIBRARY = "@arethetypeswrong/core";
/** Nobody uses these from a package that has ES modules alone. */
const IGNORED: readonly string[] = ["node10", "node16-cjs"];

/** Whether people who import the package get the types that it ships. */
export async function checkTypes(
  tarball: Uint8Array,
  files: Files,
  folder: string,
  manager: PackageManagerName,
  importLibrary: (folder: string) => Promise<Library | undefined> = importCore,
): Promise<Flaw[]> {
  if (![...files.keys()].some((path) => /\.d\.[cm]?ts$/.test(path))) return [];
  const core = await importLibrary(folder);
  if (core === undefined) {
    const message = `ships types, but ${LIBRARY}, which tries them, is not installed`;
    return [{ severity: "error", rule: "types", message, fix: addCommand(manager, LIBRARY, { isDev: true }) }];
  }
  const { problemKindInfo } = await core.problems();
  const { createPackageFromTarballData, checkPackage } = core.main;
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  if (analysis.types === false) return [];
  return analysis.problems.flatMap((problem): Flaw[] => {
    if ("resolutionKind" in problem && IGNORED.includes(problem.resolutionKind)) return [];
    const { title, shortDescription } = problemKindInfo[problem.kind];
    const entry = "entrypoint" in problem ? problem.entrypoint : undefined;
    const where =
      entry === undefined ? "" : ` at "${entry}" with ${"resolutionKind" in problem ? problem.resolutionKind : ""}`;
    const message = `${title}${where}: ${shortDescription}`;
    return [{ severity: "error", rule: "types", message, path: ["exports", ...(entry === undefined ? [] : [entry])] }];
  });
}

interface Library {
  readonly main: typeof import("@arethetypeswrong/core");
  readonly problems: () => Promise<typeof import("@arethetypeswrong/core/problems")>;
}

/** It is large, and only packages with types need it: beside this package, or among what the author's has. */
async function importCore(folder: string): Promise<Library | undefined> {
  try {
    return { main: await import("@arethetypeswrong/core"), problems: () => import("@arethetypeswrong/core/problems") };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
  }
  try {
    const require = createRequire(join(folder, "package.json"));
    const load = async <Module>(path: string): Promise<Module> =>
      (await import(pathToFileURL(require.resolve(path)).href)) as Module;
    return { main: await load(LIBRARY), problems: () => load(`${LIBRARY}/problems`) };
  } catch {
    return undefined;
  }
}
