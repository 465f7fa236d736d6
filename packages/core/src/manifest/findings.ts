import { didYouMean } from "../did-you-mean.ts";
import { Masker } from "../secrets.ts";
import { splitVariables } from "./checks.ts";
import type { Model } from "./checks.ts";
import { CONFIG } from "./model.ts";
import { joinPath, quote } from "./problem.ts";
import type { PlacedFinding, Position } from "./problem.ts";
import type { YamlNode } from "./yaml-node.ts";

/** What upstream passes over in silence, and a person would want to know. */

const masker = new Masker();

/** Secrets written into the file, comments included, as far as their shape or their key gives them away. */
export function findSecrets(text: string): PlacedFinding[] {
  const found: PlacedFinding[] = [];
  text.split("\n").forEach((line, index) => {
    const column = tokenColumn(line) ?? credentialColumn(line);
    if (column === undefined) return;
    found.push({
      type: "secret_in_file",
      at: "",
      message: "this looks like a secret, and charm.yaml is published with the agent.",
      fix: "Replace it now where it was issued; name its variable under runtime.adapter.environment_variables instead.",
      line: index + 1,
      column,
    });
  });
  return found;
}

function tokenColumn(line: string): number | undefined {
  const masked = masker.mask(line);
  if (masked === line) return undefined;
  let at = 0;
  while (line[at] === masked[at]) at++;
  return at + 1;
}

// `api_key: …`, `DD_API_KEY=…`: digits and letters in one word of 16 or more.
const CREDENTIAL =
  /(?:api_?key|app_?key|secret|token|password|passwd|credential|dsn)["']?\s*[:=]\s*["']?((?=[^\s"']*\d)(?=[^\s"']*[a-z])[^\s"'$<{[][^\s"']{15,})/i;

function credentialColumn(line: string): number | undefined {
  const match = CREDENTIAL.exec(line);
  return match === null ? undefined : match.index + match[0].length - (match[1]?.length ?? 0) + 1;
}

/** Names of variables that are something else, such as `NAME=value`. */
export function checkVariables(node: YamlNode | undefined): PlacedFinding[] {
  const at = "runtime.adapter.environment_variables";
  const groups = node === undefined ? undefined : splitVariables(node);
  if (groups?.kind !== "mapping") return [];
  const found: PlacedFinding[] = [];
  for (const group of ["models", "tools"]) {
    const names = groups.entries.get(group)?.value;
    if (names?.kind !== "list") continue;
    for (const item of names.items) {
      if (item.kind !== "string" || /^[A-Za-z_][A-Za-z0-9_]*$/.test(item.text)) continue;
      const name = /^([A-Za-z_][A-Za-z0-9_]*)\s*[=:]/.exec(item.text)?.[1];
      found.push({
        type: "variable_name",
        at,
        // Never the text itself: what stands here may be the value.
        message: "names of environment variables are letters, digits and _; this is something else.",
        fix: name === undefined ? "Write the name alone." : `Write the name alone:  - ${name}`,
        line: item.line,
        column: item.column,
      });
    }
  }
  return found;
}

/** Exporters that are listed twice. */
export function checkTelemetryNames(names: readonly ({ name: string } & Position)[]): PlacedFinding[] {
  const seen = new Map<string, number>();
  const found: PlacedFinding[] = [];
  names.forEach(({ name, line, column }, index) => {
    const first = seen.get(name);
    seen.set(name, first ?? line);
    if (first === undefined) return;
    found.push({
      type: "duplicate_exporter",
      at: `runtime.telemetry.${index}`,
      message: `exporter ${quote(name)} is listed twice, first in line ${first}; it is loaded once.`,
      fix: "Remove one of them.",
      line,
      column,
    });
  });
  return found;
}

/** Keys that are ignored although they nearly are keys of the contract, or are in the wrong place. */
export function checkKeys(root: YamlNode): PlacedFinding[] {
  const found: PlacedFinding[] = [];
  const visit = (node: YamlNode, model: Model, at: string): void => {
    if (node.kind !== "mapping") return;
    const known = [...model.fields.keys()];
    for (const [key, entry] of node.entries) {
      const field = model.fields.get(key);
      if (field !== undefined) {
        if ("fields" in field.check) visit(entry.value, field.check as Model, joinPath(at, key));
        continue;
      }
      const missing = known.filter((name) => !node.entries.has(name));
      const meant = at === "" && key === "telemetry" ? "runtime.telemetry" : didYouMean(key, missing);
      if (meant === undefined) continue;
      found.push({
        type: "unknown_key",
        at: joinPath(at, key),
        message: `the key ${quote(key)} is unknown and ignored. Did you mean ${quote(meant)}?`,
        fix: meant.includes(".") ? "Move it below runtime." : `Write:  ${meant}:`,
        ...entry.key,
      });
    }
  };
  visit(root, CONFIG, "");
  return found;
}
