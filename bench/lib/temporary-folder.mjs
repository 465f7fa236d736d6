import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let root;

/** A new folder that is gone when the harness ends. */
export function temporaryFolder(name) {
  if (root === undefined) {
    root = mkdtempSync(join(tmpdir(), "charm-bench-"));
    process.on("exit", () => rmSync(root, { recursive: true, force: true }));
  }
  return mkdtempSync(join(root, `${name}-`));
}
