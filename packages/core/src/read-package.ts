import { readFileSync, statSync } from "node:fs";
import { errorRecord } from "./error-record.ts";

/** What is read of a package.json; any part may be of any kind. */
export interface PackageJson {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly charm?: unknown;
  readonly dependencies?: unknown;
  readonly optionalDependencies?: unknown;
  readonly devDependencies?: unknown;
  readonly peerDependencies?: unknown;
}

interface PackageProblem {
  readonly type: string;
  readonly message: string;
  readonly fix: string;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Reads a package.json; undefined when there is none. Never throws. */
export function readPackage(path: string): { packageJson: PackageJson } | { problem: PackageProblem } | undefined {
  let text: string;
  try {
    text = readRegularFile(path);
  } catch (error) {
    const { code, message } = errorRecord(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    return { problem: broken(`cannot be read (${code ?? message})`, "Let the agent's user read it.") };
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { packageJson: value };
    return { problem: broken("does not hold a JSON object", "Install the package again.") };
  } catch {
    // The parser's own message quotes the file.
    return { problem: broken("is not JSON", "Mend it, or install the package again.") };
  }
}

function readRegularFile(path: string): string {
  const file = statSync(path);
  if (!file.isFile()) throw new Error("not a file");
  if (file.size > MAX_BYTES) throw new Error(`${file.size} bytes`);
  return readFileSync(path, "utf8");
}

function broken(what: string, fix: string): PackageProblem {
  return { type: "broken_package", message: `package.json ${what}.`, fix };
}
