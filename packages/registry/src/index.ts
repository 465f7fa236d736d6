export { compareFindings, formatFinding, shown } from "./finding.ts";
export type { Finding, Severity } from "./finding.ts";
export { RULES } from "./rules/table.ts";
export type { FieldRuleId, FileRuleId, FolderRuleId, PackageRuleId, Rule, RuleId } from "./rules/table.ts";
/** The rules of single values, for prompts and flags: an empty list means that all is well. */
export { checkId } from "./rules/id.ts";
export { checkPackageName } from "./rules/npm-name.ts";
export { checkAuthor, checkDescription, checkName } from "./rules/text.ts";
export { checkVersion } from "./rules/version.ts";
export { checkLicense } from "./rules/license.ts";
export { checkTags } from "./rules/tags.ts";
export { checkGithubUrl } from "./rules/github-url.ts";
export type { Problem } from "./problem.ts";
