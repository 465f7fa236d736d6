import { basename, resolve } from "node:path";
import { splitVariables } from "./checks.ts";
import { checkKeys, checkTelemetryNames, checkVariables, findSecrets } from "./findings.ts";
import { CONFIG } from "./model.ts";
import { parseYaml } from "./parse-yaml.ts";
import { manifestProblem } from "./problem.ts";
import type { ManifestProblem, PlacedFinding, Position } from "./problem.ts";
import { readText } from "./read-text.ts";
import type { YamlNode, YamlScalar } from "./yaml-node.ts";

/** An agent's `charm.yaml`, and what is wrong with it. */
export interface Manifest {
  /** Absolute path of the file. */
  readonly path: string;
  /** `persona`; the agent of a file that names none is called `agent`. */
  readonly agent: { readonly name: string; readonly version?: string };
  readonly adapter: { readonly type?: string; readonly entryPoint?: string };
  /** Names under `runtime.telemetry`, in its order, repeated ones too; none when the list itself is wrong. */
  readonly telemetry: readonly TelemetryName[];
  /** All names of variables that can be made out, also in a file with errors: their values are masked. */
  readonly environmentVariables: { readonly models: readonly string[]; readonly tools: readonly string[] };
  /** What upstream refuses the file for, in the order of its model. */
  readonly contract: readonly ManifestProblem[];
  /** What upstream passes over in silence. Names that no package provides are found by `discoverExporters`. */
  readonly findings: readonly ManifestProblem[];
  /** What upstream says when it starts the agent: `ok`, or why it does not. */
  readonly loader: string;
}

/** An exporter's name and its place in the file. */
export interface TelemetryName extends Position {
  readonly name: string;
}

const UNNAMED_AGENT = "agent";

/** Reads `charm.yaml`. Whatever stands there, the answer is a manifest: this never rejects. */
export async function readManifest(path: string): Promise<Manifest> {
  const absolute = resolve(path);
  const { text, contract, findings } = readText(absolute);
  let root: YamlNode | undefined;
  if (text !== undefined) {
    findings.push(...findSecrets(text));
    const tree = parseYaml(text);
    contract.push(...tree.errors);
    findings.push(...tree.duplicates);
    root = tree.root;
  }
  if (root !== undefined) {
    CONFIG(root, "", (position, finding) => contract.push({ ...finding, ...place(position) }));
    if (root.kind === "mapping") contract.push(...root.otherKeys.map((key) => ({ ...NAMELESS_KEY, ...place(key) })));
    findings.push(...checkKeys(root));
  }

  const isListWrong = contract.some((problem) => `${problem.at}.`.startsWith("runtime.telemetry."));
  const telemetry = isListWrong ? [] : stringsIn(find(root, "runtime", "telemetry"));
  const names = telemetry.map(({ text: name, line, column }) => ({ name, line, column }));
  const variables = find(root, "runtime", "adapter", "environment_variables");
  findings.push(...checkTelemetryNames(names), ...checkVariables(variables));
  const version = stringAt(root, "persona", "version");
  const type = stringAt(root, "runtime", "adapter", "type");
  const entryPoint = stringAt(root, "runtime", "adapter", "entry_point");
  const problems = (found: readonly PlacedFinding[]): ManifestProblem[] =>
    found.map((finding) => manifestProblem(basename(absolute), finding));
  return {
    path: absolute,
    agent: {
      name: stringAt(root, "persona", "name")?.trim() || UNNAMED_AGENT,
      ...(version === undefined ? {} : { version }),
    },
    adapter: { ...(type === undefined ? {} : { type }), ...(entryPoint === undefined ? {} : { entryPoint }) },
    telemetry: names,
    environmentVariables: variableNames(variables),
    contract: problems(contract),
    findings: problems(findings.toSorted((a, b) => a.line - b.line || a.column - b.column)),
    loader: contract.length > 0 ? "invalid charm.yaml" : loaderVerdict(type, entryPoint),
  };
}

const NAMELESS_KEY = {
  type: "key_type",
  at: "",
  message: "keys of the file must be strings.",
  fix: "Put the key in quotes, or remove it.",
};

const ADAPTERS: readonly (string | undefined)[] = [
  "python",
  "crewai",
  "langchain",
  "langgraph",
  "openclaw",
  "node",
  "custom",
];

function loaderVerdict(type: string | undefined, entryPoint: string | undefined): string {
  if (!ADAPTERS.includes(type)) return "unsupported adapter type";
  return entryPoint || type === "openclaw" ? "ok" : `${type} adapter requires entry_point`;
}

function find(root: YamlNode | undefined, ...keys: string[]): YamlNode | undefined {
  let node = root;
  for (const key of keys) node = node?.kind === "mapping" ? node.entries.get(key)?.value : undefined;
  return node;
}

function stringAt(root: YamlNode | undefined, ...keys: string[]): string | undefined {
  const node = find(root, ...keys);
  return node?.kind === "string" ? node.text : undefined;
}

function stringsIn(node: YamlNode | undefined): YamlScalar[] {
  return node?.kind === "list" ? node.items.filter((item): item is YamlScalar => item.kind === "string") : [];
}

function variableNames(node: YamlNode | undefined): Manifest["environmentVariables"] {
  const groups = node === undefined ? undefined : splitVariables(node);
  const names = (group: string): string[] => stringsIn(find(groups, group)).map((item) => item.text);
  return { models: names("models"), tools: names("tools") };
}

function place({ line, column }: Position): Position {
  return { line, column };
}
