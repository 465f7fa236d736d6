import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { addManifest, checkPackageName } from "@charm/telemetry-registry";
import type { RegistryFile } from "@charm/telemetry-registry";
import { exitCodeOf, shown } from "@charm/telemetry-registry/findings";
import { fetchPackage } from "@charm/telemetry-registry/package";
import { EXIT } from "../../exit-code.ts";
import { printFindings } from "../../report.ts";
import { lineDiff } from "../../registry/line-diff.ts";
import { findRegistry } from "../../registry/registry-folder.ts";
import type { Terminal } from "../../terminal.ts";

export interface AddOptions {
  readonly id?: string;
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly registry?: string;
  readonly json?: boolean;
}

const NPM_NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/** Makes the manifest of a published package, or brings it up to date. */
export async function add(wanted: string, options: AddOptions, terminal: Terminal): Promise<number> {
  const registry = findRegistry(terminal.directory);
  const at = wanted.lastIndexOf("@");
  const [name, version] = at > 0 ? [wanted.slice(0, at), wanted.slice(at + 1)] : [wanted, undefined];
  // Of a name that npm could have, npm itself knows most.
  const [problem] = NPM_NAME.test(name) ? [] : checkPackageName(name);
  if (problem !== undefined)
    return refuse({ rule: problem.rule, message: `${problem.message}; got ${problem.got}; want ${problem.want}` });
  const fetched = await fetchPackage(name, version, { registry: options.registry });
  if (!("description" in fetched)) return refuse(reasonOf(fetched, wanted));

  const published = JSON.parse(fetched.description.text) as Record<string, unknown>;
  const existing = registry
    .files()
    .find((file) => packageOf(file) === name && (options.id === undefined || idOf(file) === options.id));
  const added = addManifest(published, { id: options.id, name: options.name, existing });
  // What it makes up itself is at the root of a repository; this registry may be elsewhere.
  const path = existing?.path ?? registry.shownPath("manifests").concat("/", added.path.split("/").at(-1) ?? "");
  const exitCode = exitCodeOf(added.findings);
  const isWritten = added.text !== undefined && exitCode === EXIT.ok && options.dryRun !== true;
  if (isWritten && added.text !== undefined) {
    mkdirSync(dirname(resolve(terminal.directory, path)), { recursive: true });
    writeFileSync(resolve(terminal.directory, path), added.text);
  }
  if (options.json === true) {
    terminal.printJson({ path, text: added.text, isWritten, findings: added.findings });
    return exitCode;
  }
  if (added.text !== undefined) {
    const before = existing === undefined ? "" : new TextDecoder().decode(existing.bytes);
    terminal.print(`${terminal.style("bold", path)}\n${lineDiff(before, added.text, terminal)}`);
  }
  printFindings(
    added.findings.map((finding) => ({ ...finding, file: finding.file === added.path ? path : finding.file })),
    terminal,
  );
  if (!isWritten) terminal.print("nothing was written");
  return exitCode;

  function refuse({ rule, message, isUndecided = false }: Reason): number {
    if (options.json === true) terminal.printJson({ error: { rule, message } });
    else terminal.warn(`${isUndecided ? "undecided" : "error"} ${rule}: ${message}`);
    return isUndecided ? EXIT.undecided : EXIT.findings;
  }
}

interface Reason {
  readonly rule: string;
  readonly message: string;
  readonly isUndecided?: boolean;
}

type Unfetched = Exclude<Awaited<ReturnType<typeof fetchPackage>>, { description: unknown }>;

function reasonOf(answer: Unfetched, wanted: string): Reason {
  const name = shown(wanted);
  if ("undecided" in answer) return { rule: "npm-unreachable", message: answer.undecided, isUndecided: true };
  if ("broken" in answer) return { rule: answer.broken.rule, message: `"${name}" ${answer.broken.message}` };
  const number = answer.missing === "version" ? " of that number" : "";
  return { rule: "npm-missing", message: `package "${name}" has no published version${number}` };
}

function packageOf(file: RegistryFile): unknown {
  return fieldsOf(file)["npm_package"];
}

function idOf(file: RegistryFile): unknown {
  return fieldsOf(file)["id"];
}

function fieldsOf({ bytes }: RegistryFile): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes))) as Record<string, unknown>;
  } catch {
    return {}; // validate says so
  }
}
