import { COMMANDS } from "create-charm-telemetry/package-manager";
import type { PackageManagerName } from "create-charm-telemetry/package-manager";

/** The command that adds `packageName` to the agent's dependencies. */
export function addCommand(
  manager: PackageManagerName,
  packageName: string,
  options: { isDev?: boolean } = {},
): string {
  const flag = manager === "bun" ? "-d" : "-D";
  return [COMMANDS[manager].add, ...(options.isDev === true ? [flag] : []), packageName].join(" ");
}
