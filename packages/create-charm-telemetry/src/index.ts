export { ScaffoldError } from "./scaffold-error.ts";
export { formatChange, updateScaffold } from "./update/update.ts";
export type { UpdateOptions, UpdateReport } from "./update/update.ts";
export type { Change, ChangeKind } from "./update/plan.ts";
