import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone when the test has finished. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "charm-telemetry-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below `folder`, path to content; objects become JSON. */
export function writeFiles(folder: string, files: Record<string, string | Uint8Array | object>): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    const isText = typeof content === "string" || content instanceof Uint8Array;
    writeFileSync(target, isText ? content : `${JSON.stringify(content, undefined, 2)}\n`);
  }
}
