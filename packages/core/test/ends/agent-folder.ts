import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { link } from "../support/packages.ts";
import { temporaryFolder, writeFiles } from "../support/temporary-folder.ts";

const CORE = fileURLToPath(new URL("../..", import.meta.url));
const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));

export interface AgentFolderOptions {
  /** False: in the place of core stands a package that does nothing. */
  readonly hasTelemetry?: boolean;
  /** More files, path to content. */
  readonly files?: Readonly<Record<string, string | object>>;
}

/**
 * An agent as its author would have it: charm.yaml, package.json, `agent.mjs`, and what npm has installed.
 *
 * @returns the agent's path.
 */
export function agentFolder(source: string, { hasTelemetry = true, files = {} }: AgentFolderOptions = {}): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    "package.json": {
      name: "ending-agent",
      version: "1.0.0",
      type: "module",
      dependencies: { "@charm/telemetry-core": "*", "posting-exporter": "*" },
    },
    "charm.yaml": CHARM_YAML,
    "agent.mjs": source,
    "node_modules/posting-exporter/package.json": {
      name: "posting-exporter",
      version: "1.0.0",
      type: "module",
      charm: { telemetry: { posting: "./index.js#PostingExporter" } },
    },
    "node_modules/posting-exporter/index.js": `export * from ${JSON.stringify(join(FIXTURES, "exporter.mjs"))};\n`,
    ...files,
  });
  const installed = join(folder, "node_modules/@charm/telemetry-core");
  if (hasTelemetry) link(CORE, installed);
  else {
    writeFiles(installed, {
      "package.json": { name: "@charm/telemetry-core", type: "module", exports: "./index.js" },
      "index.js": `export * from ${JSON.stringify(join(FIXTURES, "bare-core.mjs"))};\n`,
    });
  }
  return join(folder, "agent.mjs");
}

const CHARM_YAML = `version: "0.4.2"
persona:
  name: Ending agent
  description: Ends in every way that there is
interface:
  input: {}
  output: {}
runtime:
  adapter:
    type: node
    entry_point: node agent.mjs
    environment_variables:
      models: [DECLARED_MODEL]
      tools: []
  telemetry:
    - posting
`;
