import { readFileSync } from "node:fs";

let version: string | undefined;

/** The version of this package. Read when it is first asked for: only exporters want to know. */
export function telemetryVersion(): string {
  version ??= (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string })
    .version;
  return version;
}
