import { join } from "node:path";
import { readManifest } from "../../src/manifest/index.ts";
import type { Manifest } from "../../src/manifest/index.ts";
import { temporaryFolder, writeFiles } from "../support/temporary-folder.ts";

export async function readText(content: string | Uint8Array): Promise<Manifest> {
  const folder = temporaryFolder();
  writeFiles(folder, { "charm.yaml": content });
  return readManifest(join(folder, "charm.yaml"));
}

/** A file without errors but for what the parts say: `runtime` are lines below runtime, from line 11 on. */
export function manifestText(
  runtime: string,
  parts: { type?: string; adapter?: string; policies?: string; defaults?: string } = {},
): string {
  const { type = "node", adapter = "entry_point: npm start", policies = "", defaults = "" } = parts;
  return `version: "0.4.2"
persona: {name: Tide Agent, description: Tells the tides.}
interface:
  input: {}
  output: {}
${defaults}
runtime:
  adapter:
    type: ${type}
    ${adapter}
  ${runtime}
${policies}
`;
}

export async function manifestOf(...parts: Parameters<typeof manifestText>): Promise<Manifest> {
  return readText(manifestText(...parts));
}
