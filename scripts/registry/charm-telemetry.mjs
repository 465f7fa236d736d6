// The command that everybody has, as this repository builds it.
import { join } from "node:path";
import { root, run } from "../repository.mjs";

const MAIN = join(root, "packages/cli/dist/main.js");

/** @returns the exit code, and what was printed on both streams. */
export function charmTelemetry(args, options) {
  return run([process.execPath, MAIN, ...args], options);
}

/**
 * What `registry validate` has to say, as data: `{ exitCode, findings }`.
 *
 * @throws Error when the command itself is used wrongly.
 */
export function validate(args, options) {
  const { code, output } = charmTelemetry(["registry", "validate", "--format", "json", ...args], options);
  const at = output.indexOf("{");
  if (code === 2 || at < 0) throw new Error(output);
  return { exitCode: code, findings: JSON.parse(output.slice(at, output.lastIndexOf("}") + 1)).findings };
}
