import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../repository.mjs";

/** Files of changes that no version has yet. */
export function pendingChangesets() {
  return readdirSync(join(root, ".changeset")).filter((file) => /^(?!README).*\.md$/.test(file));
}
