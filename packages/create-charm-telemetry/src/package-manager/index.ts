/** Package managers alone, for programs that scaffold nothing. */
export { COMMANDS, choosePackageManager } from "./package-manager.ts";
export type { Commands, PackageManager, PackageManagerName } from "./package-manager.ts";
