import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NOOP_FOLDER, packageFolder } from "./paths.mjs";
import { temporaryFolder } from "./temporary-folder.mjs";
import { VENDORS } from "./vendors.mjs";

const PACKAGES = {
  ...Object.fromEntries(VENDORS.map((vendor) => [`@charm/telemetry-${vendor}`, packageFolder(vendor)])),
  "charm-bench-noop": NOOP_FOLDER,
};

/** An agent as people write them: package.json, charm.yaml and installed exporters, of which `telemetry` are on. */
export function agentFolder(telemetry) {
  const folder = temporaryFolder("agent");
  for (const [name, target] of Object.entries(PACKAGES)) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link, "dir");
  }
  const dependencies = Object.fromEntries(Object.keys(PACKAGES).map((name) => [name, "*"]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench-agent", version: "1.0.0", dependencies }));
  writeFileSync(join(folder, "charm.yaml"), manifest(telemetry));
  return folder;
}

function manifest(telemetry) {
  return `version: "0.4.2"
persona:
  name: Bench Agent
  description: Works and tells about it.
interface:
  input: { type: object }
  output: { type: string }
runtime:
  adapter:
    type: node
    entry_point: "npm start"
  telemetry: [${telemetry.join(", ")}]
`;
}
