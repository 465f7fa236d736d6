import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shown } from "@charm/telemetry-registry/findings";
import type { Finding } from "@charm/telemetry-registry/findings";
import { checkJson } from "@charm/telemetry-registry/package";
import { pathFrom } from "../agent-manifest.ts";
import { asObject } from "./flaw.ts";
import type { Flaw } from "./flaw.ts";
import { placeFlaws } from "./place-flaws.ts";

/** Why the package.json in `folder` is none that can be packed, by file and line. */
export function checkSource(folder: string, directory: string): Finding[] {
  const path = join(folder, "package.json");
  const text = readFileSync(path, "utf8");
  let packageJson: Readonly<Record<string, unknown>>;
  try {
    packageJson = asObject(JSON.parse(text));
  } catch (error) {
    const findings = checkJson(pathFrom(directory, path), text).filter(({ severity }) => severity === "error");
    if (findings.length > 0) return findings;
    const message = `not JSON: ${shown((error as Error).message)}`;
    return placeFlaws([{ severity: "error", rule: "json-syntax", message }], folder, text, directory);
  }
  const flaws = ["name", "version"].flatMap((key): Flaw[] => {
    const value = packageJson[key];
    if (typeof value === "string" && value !== "") return [];
    const [message, got] =
      value === undefined ? [`"${key}" is missing`] : [`"${key}" is no text`, JSON.stringify(value)];
    const want = key === "name" ? "a name such as charm-telemetry-acme" : "a version such as 1.0.0";
    const shownGot = got === undefined ? undefined : shown(got);
    return [{ severity: "error", rule: key, message, got: shownGot, want, path: [key] }];
  });
  return placeFlaws(flaws, folder, text, directory);
}
