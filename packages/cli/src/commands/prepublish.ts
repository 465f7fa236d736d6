import { copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { exitCodeOf, formatFindings } from "@charm/telemetry-registry/findings";
import { choosePackageManager } from "create-charm-telemetry/package-manager";
import { pathFrom } from "../agent-manifest.ts";
import { EXIT, UsageError } from "../exit-code.ts";
import { checkSource } from "../prepublish/check-source.ts";
import { PackError, pack } from "../prepublish/pack.ts";
import { whenInterrupted } from "../prepublish/when-interrupted.ts";
import { UNKNOWN_PACKAGE, checkTarball } from "../prepublish/check-tarball.ts";
import type { CheckedPackage } from "../prepublish/check-tarball.ts";
import { countsOf, printFindings } from "../report.ts";
import type { Terminal } from "../terminal.ts";

export interface PrepublishOptions {
  readonly tarball?: string;
  readonly out?: string;
  readonly format?: string;
}

/** Packs the package in a folder as npm would publish it, and looks at what that is. */
export async function prepublish(path: string, options: PrepublishOptions, terminal: Terminal): Promise<number> {
  const folder = resolve(terminal.directory, path);
  if (!existsSync(join(folder, "package.json")))
    throw new UsageError(
      `there is no package.json in ${path === "." ? "this folder" : path}.`,
      "Give the folder of a package:  charm-telemetry prepublish path/to/package",
    );
  const out = options.out === undefined ? undefined : resolve(terminal.directory, options.out);
  if (out !== undefined && !existsSync(dirname(out)))
    throw new UsageError(`there is no folder for ${options.out}.`, "Make it, or give another --out.");
  const shownFolder = pathFrom(terminal.directory, folder);
  const broken = checkSource(folder, terminal.directory);
  if (broken.length > 0) {
    print({ ...UNKNOWN_PACKAGE, findings: broken }, shownFolder, options, terminal);
    return EXIT.findings;
  }
  const manager = choosePackageManager(undefined, folder, terminal.environment).name;
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), "charm-prepublish-")));
  const clean = (): void => rmSync(temporary, { recursive: true, force: true });
  const stopListening = whenInterrupted(clean);
  try {
    const tarball =
      options.tarball === undefined
        ? await pack(folder, manager, terminal.environment, temporary)
        : givenTarball(resolve(terminal.directory, options.tarball), options.tarball);
    const checked = await checkTarball(readFileSync(tarball), { folder, manager, temporary, terminal });
    print(checked, shownFolder, options, terminal);
    const exitCode = exitCodeOf(checked.findings);
    if (out !== undefined && exitCode === EXIT.ok) copyFileSync(tarball, out);
    return exitCode;
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    if (options.format === "json") terminal.printJson({ error: { rule: "pack", message: error.message } });
    terminal.warn(`error: ${error.message}${error.output === "" ? "" : `\n${error.output}`}`);
    return EXIT.findings;
  } finally {
    stopListening();
    clean();
  }
}

function givenTarball(path: string, given: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
  throw new UsageError(`there is no tarball ${given}.`, "Make one with npm pack, or leave --tarball out.");
}

function print(checked: CheckedPackage, folder: string, options: PrepublishOptions, terminal: Terminal): void {
  const { findings, ...about } = checked;
  if (options.format === "json") {
    terminal.printJson({ folder, package: about, findings });
    return;
  }
  if (options.format === "github") {
    terminal.printText(formatFindings(findings, "github"));
    return;
  }
  printFindings(findings, terminal);
  const counts = countsOf(findings);
  const isGood = exitCodeOf(findings) === EXIT.ok;
  const size = `${checked.files} files, ${kilobytes(checked.packedBytes)} packed, ${kilobytes(checked.unpackedBytes)} unpacked`;
  const exporters = checked.exporters.length === 0 ? "" : `; exporter ${checked.exporters.join(", ")}`;
  const verdict = isGood ? terminal.style("green", "ok") : terminal.style("red", "not ready");
  const title = checked.files === 0 ? verdict : `${verdict} ${checked.name}@${checked.version}: ${size}${exporters}`;
  terminal.print(terminal.wrap(counts === "" ? title : `${title}; ${counts}`));
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
