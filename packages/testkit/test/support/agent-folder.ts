import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

type Files = Readonly<Record<string, string | object>>;

/** A folder that is gone when the test has finished, with these files; objects become JSON. */
export function folderWith(files: Files): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "charm-test-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, files);
  return folder;
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const text = typeof content === "string" ? content : `${JSON.stringify(content, undefined, 2)}\n`;
    writeFileSync(join(folder, path), text);
  }
}

export function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, "junction");
}

/** A charm.yaml without errors that lists these exporters, from line 13 on. */
export function manifestText(...exporters: string[]): string {
  const list = exporters.map((name) => `\n    - ${name}`).join("");
  return `version: "0.4.2"
persona:
  name: Tide Agent
  description: Tells the tides.
interface:
  input: {}
  output: {}
runtime:
  adapter:
    type: node
    entry_point: npm start
  telemetry:${list === "" ? " []" : list}
`;
}
