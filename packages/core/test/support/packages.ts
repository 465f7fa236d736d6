import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFiles } from "./temporary-folder.ts";

const HOOKS = [
  "onRunStart",
  "onRunEnd",
  "onError",
  "onToolStart",
  "onToolEnd",
  "onToolError",
  "onLlmNewToken",
  "onAgentAction",
];

/** The source of a class with all hooks, and nothing of core. */
export function exporterSource(className: string, hooks: readonly string[] = HOOKS): string {
  return `class ${className} { ${hooks.map((hook) => `${hook}() {}`).join(" ")} }\n`;
}

/** Writes an ES-module package that declares exporters, name to target, into `folder`. */
export function writeExporter(folder: string, name: string, telemetry: unknown, more: object = {}): void {
  writeFiles(folder, {
    "package.json": { name, version: "1.2.3", type: "module", charm: { telemetry }, ...more },
    "dist/index.js": `export ${exporterSource("Acme")}`,
  });
}

/** A charm.yaml as discovery sees it: the names stand one below the other from line 14 on. */
export function listing(
  folder: string,
  ...names: string[]
): {
  path: string;
  telemetry: { name: string; line: number; column: number }[];
} {
  return {
    path: join(folder, "charm.yaml"),
    telemetry: names.map((name, index) => ({ name, line: 14 + index, column: 7 })),
  };
}

export function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, "junction");
}
