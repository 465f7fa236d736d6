import { TelemetryError } from "../errors.ts";
import { CONTRACT, CONTRACT_VERSION, missingHooks } from "../exporter.ts";
import { errorText } from "../snapshot.ts";
import { fits } from "../version-range.ts";
import type { ExporterModule } from "./link.ts";
import { telemetryVersion } from "./version.ts";

const CORE = "@charm/telemetry-core";

/**
 * Imports an exporter's class.
 *
 * @throws TelemetryError `DISCOVERY` when the module or its export cannot be had, `CONTRACT` when what it exports is no
 * exporter of this contract.
 */
export async function loadExporterClass(module: ExporterModule): Promise<new () => object> {
  const where = `${module.packageName} (exporter "${module.name}")`;
  let namespace: Record<string, unknown>;
  try {
    namespace = (await import(module.url)) as Record<string, unknown>;
  } catch (error) {
    throw new TelemetryError("DISCOVERY", `could not be imported: ${firstLine(errorText(error))}`, {
      where,
      fix: `Install what it needs, or another version of ${module.packageName}.`,
      cause: error,
    });
  }
  const exported = findExport(namespace, module, where);
  checkContract(exported, module, where);
  return exported;
}

/** CommonJS modules arrive as a default export that is `module.exports`, with or without names beside it. */
function findExport(namespace: Record<string, unknown>, module: ExporterModule, where: string): unknown {
  const { exportName } = module;
  const commonJs = namespace["default"];
  if (exportName === "default") {
    const isTranspiled = isObject(commonJs) && commonJs["__esModule"] === true && "default" in commonJs;
    if ("default" in namespace) return isTranspiled ? commonJs["default"] : commonJs;
  } else {
    if (Object.hasOwn(namespace, exportName)) return namespace[exportName];
    if (isObject(commonJs) && Object.hasOwn(commonJs, exportName)) return commonJs[exportName];
  }
  const names = Object.keys(namespace).join(", ");
  throw new TelemetryError(
    "DISCOVERY",
    `exports no ${exportName === "default" ? "default" : `"${exportName}"`}; it has: ${names || "nothing"}.`,
    {
      where,
      fix: `Name the class in its package.json: "charm": { "telemetry": { "${module.name}": "./file.js#Class" } }.`,
    },
  );
}

function checkContract(exported: unknown, module: ExporterModule, where: string): asserts exported is new () => object {
  const refuse = (message: string, fix: string): TelemetryError =>
    new TelemetryError("CONTRACT", message, { where, fix });
  const prototype: unknown = typeof exported === "function" ? exported.prototype : undefined;
  if (!isObject(prototype)) {
    const got = exported === null ? "null" : typeof exported;
    throw refuse(
      `the export ${module.exportName} is no class (got ${got}).`,
      "Export the class itself, not an instance.",
    );
  }
  // Exporters that do not extend the base class have no brand: their methods speak for them.
  const version = (prototype as { [CONTRACT]?: unknown })[CONTRACT];
  if (version !== undefined && version !== CONTRACT_VERSION) {
    throw wrongVersion(typeof version === "number" ? version : "unknown");
  }
  const missing = missingHooks(prototype);
  if (missing.length > 0)
    throw refuse(
      `the class lacks ${missing.join(", ")}.`,
      "Add them as methods, not as fields; a hook that is not needed has an empty body.",
    );

  /** Says which versions fit each other, as far as package.json tells. */
  function wrongVersion(theirs: number | "unknown"): TelemetryError {
    const { packageName, coreRange } = module;
    const made = `is made for version ${theirs} of the exporter contract`;
    const ours = `Install a version of ${packageName} made for version ${CONTRACT_VERSION}, or`;
    if (coreRange === undefined)
      return refuse(`${made}; this ${CORE} has version ${CONTRACT_VERSION}.`, `${ours} a core with version ${theirs}.`);
    const here = telemetryVersion();
    // A range that lets this core in, too, is no help.
    const core = fits(here, coreRange) === false ? `${CORE} ${coreRange}` : `a core with version ${theirs}`;
    return refuse(
      `${made} and wants ${CORE} ${coreRange}; this is ${here} with version ${CONTRACT_VERSION}.`,
      `${ours} ${core}.`,
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
