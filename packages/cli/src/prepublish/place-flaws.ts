import { existsSync } from "node:fs";
import { join } from "node:path";
import { compareFindings } from "@charm/telemetry-registry/findings";
import type { Finding } from "@charm/telemetry-registry/findings";
import { positionOf } from "@charm/telemetry-registry/package";
import { pathFrom } from "../agent-manifest.ts";
import type { Flaw } from "./flaw.ts";

/** Says where in the author's folder each flaw stands: sorted, each once. */
export function placeFlaws(flaws: readonly Flaw[], folder: string, packageJson: string, directory: string): Finding[] {
  const findings = flaws.map(({ path = [], place, ...flaw }): Finding => {
    // What a build has made may be in the tarball alone.
    if (place !== undefined && existsSync(join(folder, place.file)))
      return { ...flaw, ...place, file: pathFrom(directory, join(folder, place.file)) };
    const message = place === undefined ? flaw.message : `${place.file}:${place.line}:${place.column} ${flaw.message}`;
    return {
      ...flaw,
      message,
      file: pathFrom(directory, join(folder, "package.json")),
      ...keyPosition(packageJson, path),
    };
  });
  const seen = new Set<string>();
  return findings.toSorted(compareFindings).filter((finding) => {
    const text = JSON.stringify(finding);
    return !seen.has(text) && seen.add(text);
  });
}

/** Of a list, the key is what people look for; of a text, the text. */
function keyPosition(text: string, path: readonly string[]): { line: number; column: number } {
  const value = positionOf(text, path);
  const key = path.at(-1);
  const line = text.split("\n")[value.line - 1] ?? "";
  if (key === undefined || !/^[[{]/.test(line.slice(value.column - 1))) return value;
  const column = line.lastIndexOf(JSON.stringify(key), value.column - 1) + 1;
  return column === 0 ? value : { line: value.line, column };
}
