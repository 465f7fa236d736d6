import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A node agent whose program is `source` (an ES module), gone after the test. */
export function agentFolder(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "charm-agent-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const manifest = { name: "test-agent", version: "1.0.0", type: "module", scripts: { start: "node agent.js" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "agent.js"), source);
  return folder;
}
