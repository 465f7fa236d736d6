import { describePackage } from "../../src/package/describe-package.ts";
import { PACKAGE_LIMITS } from "../../src/package/limits.ts";
import type { PackageLimits } from "../../src/package/limits.ts";
import { inspectEntryPoint } from "../../src/package/inspect.ts";
import type { Inspection } from "../../src/package/inspect.ts";
import { findSandbox } from "../../src/package/namespaces.ts";
import { stagePackage } from "../../src/package/stage.ts";

const HOOKS = [
  "onRunStart(runId, inputs, context) {}",
  "onRunEnd(runId, outputs, context) {}",
  "onError(runId, error, context) {}",
  "onToolStart(toolName, input, context) {}",
  "onToolEnd(toolName, output, context) {}",
  "onToolError(toolName, error, context) {}",
  "onLlmNewToken(token, context) {}",
  "onAgentAction(tool, toolInput, context) {}",
];

/** A module with a good exporter, and what else is wanted of it. */
export function exporterModule({ before = "", members = "", base = "BaseTelemetryExporter" } = {}): string {
  return [
    `import { BaseTelemetryExporter } from "@charm/telemetry-core";`,
    before,
    `export class AcmeExporter extends ${base} {`,
    ...HOOKS,
    members,
    "}",
  ].join("\n");
}

export const PACKAGE_JSON = {
  name: "charm-telemetry-acme",
  version: "1.0.0",
  type: "module",
  license: "MIT",
  repository: { type: "git", url: "git+https://github.com/acme/charm-telemetry-acme.git" },
  charm: { telemetry: { acme: "./index.js#AcmeExporter" } },
  peerDependencies: { "@charm/telemetry-core": "0.x" },
};

/** Files of a package that does all well. */
export function exporterFiles(index: string = exporterModule(), packageJson: object = {}): Record<string, string> {
  return {
    "package.json": JSON.stringify({ ...PACKAGE_JSON, ...packageJson }, undefined, 2),
    "index.js": index,
    LICENSE: "MIT",
  };
}

/** Tries `index.js` of a package as the registry does. */
export async function inspectModule(index: string, limits: Partial<PackageLimits> = {}): Promise<Inspection> {
  const all = { ...PACKAGE_LIMITS, ...limits };
  const files = new Map(Object.entries(exporterFiles(index)).map(([path, text]) => [path, Buffer.from(text)]));
  const description = describePackage(files);
  if (!("files" in description)) throw new Error(description.message);
  const staged = await stagePackage(description, { registry: new URL("http://127.0.0.1:1/"), limits: all });
  const found = await findSandbox();
  if ("reason" in found) throw new Error(`these tests need a sandbox: ${found.reason}`);
  if (!("dispose" in staged)) throw new Error(JSON.stringify(staged));
  try {
    return await inspectEntryPoint(found.sandbox, staged, { file: "index.js", exportName: "AcmeExporter" }, all);
  } finally {
    await staged.dispose();
  }
}
