import { LineCounter, isMap, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Node, Scalar, YAMLMap } from "yaml";

type Complain = (node: Node | undefined, rule: string, message: string) => void;

interface Job {
  readonly id: string;
  readonly map: YAMLMap;
  readonly steps: readonly YAMLMap[];
}

/**
 * What a workflow must not do, whoever wrote it: one line for each, `file:line:column error rule: message`, in the order
 * of the file.
 */
export function workflowFindings(file: string, text: string): string[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const workflow = document.contents;
  const findings: { offset: number; line: string }[] = [];
  const complain: Complain = (node, rule, message) => {
    const offset = node?.range?.[0] ?? 0;
    const { line, col } = lineCounter.linePos(offset);
    findings.push({ offset, line: `${file}:${line}:${col} error ${rule}: ${message}` });
  };
  for (const error of document.errors)
    complain({ range: error.pos } as never, "syntax", error.message.replace(/ at line \d+, column \d+:.*/s, ""));
  if (isMap(workflow)) {
    const jobs = jobsOf(workflow);
    checkPermissions(workflow, jobs, complain);
    checkActions(jobs, complain, text);
    checkTrust(workflow, jobs, complain);
    checkShells(jobs, complain);
    checkIdentity(jobs, complain);
  } else complain(undefined, "syntax", "no workflow");
  return findings.toSorted((left, right) => left.offset - right.offset).map(({ line }) => line);
}

function checkPermissions(workflow: YAMLMap, jobs: readonly Job[], complain: Complain): void {
  const top = workflow.get("permissions", true) as Node | undefined;
  if (top === undefined) {
    const want = "want permissions: { contents: read } at the top, and more in the jobs that need it";
    complain(workflow, "permissions-wide", `without permissions every job has the repository's default; ${want}`);
  }
  if (isMap(top))
    for (const { key, value } of top.items)
      if (textOf(value) === "write")
        complain(
          value as Node,
          "permissions-wide",
          `every job could write ${textOf(key)}; want it in the one that does`,
        );
  for (const permissions of [top, ...jobs.map(({ map }) => map.get("permissions", true) as Node | undefined)])
    if (/^(?:write|read)-all$/.test(textOf(permissions)))
      complain(
        permissions,
        "permissions-wide",
        `${textOf(permissions)} is more than any job needs; want each by its name`,
      );
}

function checkActions(jobs: readonly Job[], complain: Complain, text: string): void {
  for (const { map, steps } of jobs)
    for (const each of [map, ...steps]) {
      const uses = each.get("uses", true) as Scalar | undefined;
      const action = textOf(uses);
      if (uses === undefined || action.startsWith("./")) continue;
      const isPinned = /@[0-9a-f]{40}$/.test(action) || /^docker:.*@sha256:[0-9a-f]{64}$/.test(action);
      if (!isPinned)
        complain(uses, "action-unpinned", `${action} can be changed by others; want the commit of a release`);
      else if (!/^\s*# v\d+\.\d+\.\d+[\r\n]/.test(`${text.slice(uses.range?.[1])}\n`))
        complain(
          uses,
          "action-version",
          `which release ${action.slice(0, -33)}… is, nobody can see; want # v1.2.3 behind it`,
        );
      if (action.startsWith("actions/checkout@") && textOf(inputOf(each, "persist-credentials")) !== "false")
        complain(
          uses,
          "checkout-credentials",
          "leaves the job's token in .git/config; want persist-credentials: false",
        );
    }
}

/** Text or code of people who cannot write to the repository. */
const HEAD =
  /github\.head_ref|github\.event\.(?:pull_request\.head|workflow_run\.head_|number|pull_request\.number)|refs\/pull\//;

function checkTrust(workflow: YAMLMap, jobs: readonly Job[], complain: Complain): void {
  const triggers = namesOf(workflow.get("on", true) as Node | undefined);
  const isPrivileged = triggers.some((name) => /^(?:pull_request_target|workflow_run|issue_comment)$/.test(name));
  const isOfStrangers = isPrivileged || triggers.includes("pull_request");
  for (const { steps, map } of jobs) {
    for (const step of steps) {
      const ref = inputOf(step, "ref");
      if (isPrivileged && HEAD.test(`${textOf(ref)} ${textOf(inputOf(step, "repository"))}`))
        complain(ref, "pull-request-target", "runs a stranger's code with the repository's rights; want pull_request");
      const run = step.get("run", true) as Node | undefined;
      if (isPrivileged && /gh pr checkout|git (?:fetch|pull|checkout).*(?:pull\/|head)/i.test(textOf(run)))
        complain(
          run,
          "pull-request-target",
          "fetches a stranger's code with the repository's rights; want pull_request",
        );
    }
    if (isOfStrangers)
      for (const node of scalarsOf(map))
        if (
          /\$\{\{[^}]*\bsecrets\b(?!\.GITHUB_TOKEN\b)/.test(textOf(node)) ||
          (isSecretsKey(map, node) && textOf(node) === "inherit")
        )
          complain(node, "pull-request-secrets", "a job of pull requests has secrets; want them in a workflow of main");
  }
}

function isSecretsKey(map: YAMLMap, node: Node): boolean {
  return map.get("secrets", true) === node;
}

/** A value is pasted into the program before it runs, whatever is in it: no exceptions are worth their explanation. */
function checkShells(jobs: readonly Job[], complain: Complain): void {
  for (const { steps } of jobs)
    for (const step of steps) {
      const uses = textOf(step.get("uses", true));
      const script = uses.startsWith("actions/github-script@") ? inputOf(step, "script") : undefined;
      for (const program of [step.get("run", true) as Node | undefined, script]) {
        const expression = /\$\{\{\s*([^}]*?)\s*\}\}/.exec(textOf(program))?.[1];
        if (expression !== undefined)
          complain(
            program,
            "script-injection",
            `\${{ ${expression} }} becomes part of a program; want it in env, and "$NAME" here`,
          );
      }
    }
}

/** npm itself, of one version, may be fetched to publish with. */
const BUILDS =
  /\b(?:npm|pnpm|yarn|bun)\s+(?:ci|i|install|run|test|exec|build|pack)\b|\bnpx\b(?! --yes npm@\d+\.\d+\.\d+ publish\b)|\bcorepack\b|\bmake\b/;

function checkIdentity(jobs: readonly Job[], complain: Complain): void {
  for (const { map, steps } of jobs) {
    const permissions = map.get("permissions", true);
    const identity = isMap(permissions) ? (permissions.get("id-token", true) as Node | undefined) : undefined;
    if (textOf(identity) !== "write") continue;
    if (!map.has("environment"))
      complain(identity, "id-token-scope", "this job can speak for the repository; want an environment that guards it");
    for (const step of steps) {
      const run = step.get("run", true) as Node | undefined;
      const command = BUILDS.exec(textOf(run))?.[0];
      if (command !== undefined)
        complain(
          identity,
          "id-token-scope",
          `this job can speak for the repository and runs "${command}"; want it to publish only`,
        );
    }
  }
}

function jobsOf(workflow: YAMLMap): Job[] {
  const jobs = workflow.get("jobs", true);
  if (!isMap(jobs)) return [];
  return jobs.items.flatMap(({ key, value }) => {
    if (!isMap(value)) return [];
    const steps = value.get("steps", true);
    return [{ id: textOf(key), map: value, steps: isSeq(steps) ? steps.items.filter((step) => isMap(step)) : [] }];
  });
}

function inputOf(step: YAMLMap, name: string): Node | undefined {
  return step.getIn(["with", name], true) as Node | undefined;
}

/** `on: push`, `on: [push]` and `on: { push: … }`. */
function namesOf(node: Node | undefined): string[] {
  if (isSeq(node)) return node.items.map(textOf);
  if (isMap(node)) return node.items.map(({ key }) => textOf(key));
  return [textOf(node)];
}

function scalarsOf(node: Node): Scalar[] {
  const found: Scalar[] = [];
  visit(node, {
    Scalar(_, scalar, path) {
      const parent = path.at(-1);
      if (!isPair(parent) || parent.key !== scalar) found.push(scalar);
    },
  });
  return found;
}

function textOf(node: unknown): string {
  return isScalar(node) ? String(node.value) : "";
}
