import hostedGitInfo from "hosted-git-info";
import type { ManifestDocument } from "../document/read.ts";
import { isString, memberOf } from "../document/document.ts";
import type { FactsAnswer, PackageFacts } from "../facts.ts";
import { shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import type { Problem } from "../problem.ts";

const GROUP = "charm.telemetry";

export interface FactRulesOptions {
  /** Judges for the verified badge, which no package has without provenance. */
  readonly forBadge?: boolean | undefined;
}

/** What the published package says against its manifest. No network: the facts were gathered before. */
export function factRules(manifest: ManifestDocument, answer: FactsAnswer, options: FactRulesOptions = {}): Finding[] {
  const version = textOf(manifest, "version");
  if ("missing" in answer) {
    const message = answer.missing === "package" ? "no published version" : `${shown(version)} is not published`;
    return [at(manifest, answer.missing === "package" ? "npm_package" : "version", { rule: "npm-missing", message })];
  }
  if ("undecided" in answer) {
    return [at(manifest, "npm_package", { rule: "npm-unreachable", message: shown(answer.undecided) })];
  }
  if ("broken" in answer) return [at(manifest, "npm_package", answer.broken)];
  return [
    ...identityRules(manifest, answer),
    ...entryPointRules(manifest, answer),
    ...packageRules(manifest, answer),
    ...provenanceRules(manifest, answer, options),
  ];
}

function at({ document, root }: ManifestDocument, field: string, problem: Problem): Finding {
  return document.findingAt(memberOf(root, field)?.value ?? root, problem);
}

function textOf({ root }: ManifestDocument, field: string): string {
  const value = memberOf(root, field)?.value;
  return isString(value) ? value.value : "";
}

/** Version, licence and repository are those of package.json. */
function identityRules(manifest: ManifestDocument, facts: PackageFacts): Finding[] {
  const findings: Finding[] = [];
  const says = (rule: "version-match" | "license-match", field: string, actual: string | null): void => {
    if (actual === textOf(manifest, field)) return;
    const message = `package.json says ${actual === null ? "nothing" : `"${shown(actual)}"`}`;
    findings.push(at(manifest, field, { rule, message, got: `"${shown(textOf(manifest, field))}"` }));
  };
  says("version-match", "version", facts.version);
  says("license-match", "license", facts.license);

  const listed = textOf(manifest, "github_url");
  const url = typeof facts.repository === "string" ? facts.repository : facts.repository?.url;
  const declared = repositoryOf(url ?? "");
  if (declared === undefined || declared !== repositoryOf(listed)) {
    const message = `package.json says ${shown(declared ?? url ?? "nothing")}`;
    findings.push(at(manifest, "github_url", { rule: "repo-match", message, want: repositoryOf(listed) }));
  } else if (!isSameFolder(listed, facts)) {
    const message = "package.json names another folder of the repository";
    findings.push(at(manifest, "github_url", { rule: "repo-match", message }));
  }
  return findings;
}

/** `<owner>/<name>` in lower case, as GitHub compares them; undefined unless the text is a repository at GitHub. */
export function repositoryOf(text: string): string | undefined {
  const host = text.length > 1000 ? undefined : hostedGitInfo.fromUrl(text);
  return host?.type === "github" ? `${host.user}/${host.project}`.toLowerCase() : undefined;
}

function isSameFolder(listed: string, { repository }: PackageFacts): boolean {
  const folder = /\/tree\/[^/]+\/(.+)$/.exec(listed)?.[1];
  const declared = typeof repository === "object" ? repository?.directory : undefined;
  const plain = (path: string): string => path.replace(/^\.?\/|\/$/g, "");
  return folder === undefined || declared === undefined || plain(folder) === plain(declared);
}

function entryPointRules(manifest: ManifestDocument, facts: PackageFacts): Finding[] {
  const id = textOf(manifest, "id");
  const declared = Object.keys(facts.entry_points[GROUP] ?? {});
  if (!declared.includes(id)) {
    const names = declared.slice(0, 5).map((name) => `"${shown(name)}"`);
    const message = `package declares ${names.length === 0 ? "no exporter" : names.join(", ")}`;
    return [at(manifest, "id", { rule: "entry-point-id", message, want: `"${shown(id)}"` })];
  }
  const answer = facts.implements_contract;
  // The problems of a package that was tried say it in more detail.
  const isTold = facts.problems?.some(({ rule }) => TOLD_BY.has(rule)) === true;
  if (answer === true || isTold) return [];
  if (answer === null) {
    return [at(manifest, "npm_package", { rule: "sandbox-missing", message: "the entry point could not be tried" })];
  }
  const message = answer === false ? `"${shown(id)}" is no exporter` : shown(answer);
  const want = answer === false ? "a class with all hooks, made without arguments" : undefined;
  return [at(manifest, "npm_package", { rule: "entry-point-contract", message, want })];
}

const TOLD_BY: ReadonlySet<string> = new Set(["entry-point-contract", "sandbox-missing", "npm-unreachable"]);

function packageRules(manifest: ManifestDocument, facts: PackageFacts): Finding[] {
  const problems = [
    ...facts.install_scripts.map((script): Problem => {
      return { rule: "install-script", message: `${shown(script)} in ${shown(facts.version)}` };
    }),
    ...(facts.deprecated === false
      ? []
      : [{ rule: "npm-deprecated" as const, message: `deprecated on npm: ${shown(facts.deprecated)}` }]),
  ];
  const isNew = ({ rule, message }: Problem): boolean =>
    rule !== "provenance" && !problems.some((known) => known.rule === rule && known.message === message);
  return [...problems, ...(facts.problems ?? []).filter(isNew)].map((problem) => at(manifest, "npm_package", problem));
}

function provenanceRules(
  manifest: ManifestDocument,
  { provenance, problems = [] }: PackageFacts,
  options: FactRulesOptions,
): Finding[] {
  if (provenance === null) {
    const problem: Problem = problems.find(({ rule }) => rule === "provenance") ?? {
      rule: "provenance",
      message: "no attestation, listed as unverified",
      fix: "publish from CI with npm's trusted publishing",
    };
    const finding = at(manifest, "npm_package", problem);
    return [options.forBadge === true ? { ...finding, severity: "error" } : finding];
  }
  const source = repositoryOf(provenance.source);
  if (source !== undefined && source === repositoryOf(textOf(manifest, "github_url"))) return [];
  const message = `built from ${shown(source ?? provenance.source)}`;
  const want = repositoryOf(textOf(manifest, "github_url"));
  return [at(manifest, "github_url", { rule: "provenance-match", message, want })];
}
