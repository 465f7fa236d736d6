import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { shown, visible } from "../finding.ts";
import type { EntryPoint } from "./entry-point.ts";
import { kitFolder } from "./kit-folder.ts";
import type { PackageLimits } from "./limits.ts";
import type { Sandbox } from "./namespaces.ts";
import type { ProbeMessage, ProbeTask } from "./probe.ts";
import type { StagedPackage } from "./stage.ts";

/** What came of trying an entry point. */
export type Inspection =
  | { readonly implementsContract: true }
  | { readonly implementsContract: false; /** One sentence each. */ readonly lacks: readonly string[] }
  | { readonly undecided: string };

/** Imports a module of a staged package in a sandbox and tries the class that it exports with the conformance kit. */
export async function inspectEntryPoint(
  sandbox: Sandbox,
  { folder, packageFolder }: StagedPackage,
  { file, exportName }: EntryPoint,
  { inspectTimeoutMs, maxHeapMb }: PackageLimits,
): Promise<Inspection> {
  const kit = await kitFolder();
  const root = await mkdtemp(join(folder, "root-"));
  try {
    const child = sandbox.start([kit.probe], {
      folders: [kit.folder, join(folder, "node_modules")],
      root,
      timeoutMs: START_TIMEOUT_MS + inspectTimeoutMs * 2,
      maxHeapMb,
    });
    const module = pathToFileURL(join(packageFolder, file)).href;
    const inspection = await watch(child, { module, exportName }, inspectTimeoutMs);
    return withoutPaths(inspection, folder);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Starting is our own doing, and may be slow where much is going on. */
const START_TIMEOUT_MS = 30_000;
const MAX_MESSAGES = 64 * 1024;

/** Talks with the probe until it has said all, has ended, or has been silent for too long. */
async function watch(child: ChildProcess, task: Omit<ProbeTask, "nonce">, silenceMs: number): Promise<Inspection> {
  const ended = new Promise<{ code: number | null; error?: Error }>((settle) => {
    child.once("error", (error) => settle({ code: null, error }));
    child.once("close", (code) => settle({ code }));
  });
  const nonce = randomBytes(32).toString("hex");
  const complaint = keepBeginning(child.stderr);
  child.stdout?.resume();
  child.stdin?.on("error", () => {}).end(JSON.stringify({ ...task, nonce } satisfies ProbeTask));

  let isSilent = false;
  const giveUp = (): void => {
    isSilent = true;
    child.kill("SIGKILL");
  };
  let step: ProbeMessage["step"] | "starting" = "starting";
  let verdict: Inspection | undefined;
  let timer = setTimeout(giveUp, START_TIMEOUT_MS);
  for await (const message of messages(child.stdio[3] as Readable, nonce)) {
    ({ step } = message);
    verdict = verdictOf(message);
    if (verdict !== undefined) break;
    clearTimeout(timer);
    timer = setTimeout(giveUp, silenceMs);
  }
  // The pipe has ended, or all is said: a module that has closed the pipe may run on until the limit.
  if (verdict !== undefined) child.kill("SIGKILL");
  const { code, error } = await ended;
  clearTimeout(timer);
  if (verdict !== undefined) return verdict;
  if (error !== undefined) return { undecided: `the sandbox did not start: ${error.message}` };
  if (step === "starting")
    return { undecided: `the sandbox did not start: ${isSilent ? "no answer" : firstLine(complaint())}` };
  const doing = step === "ready" ? "importing it" : "trying it";
  if (isSilent) return lacking(`${doing} did not end within ${silenceMs / 1000} s`);
  if (/heap out of memory|allocation failed/i.test(complaint())) return lacking(`${doing} took too much memory`);
  return lacking(`${doing} ended the process${code === null ? "" : ` with code ${code}`}`);
}

function verdictOf(message: ProbeMessage): Inspection | undefined {
  if (message.step === "failed") return lacking(message.error);
  if (message.step !== "judged") return undefined;
  return message.lacks.length === 0 ? { implementsContract: true } : lacking(...message.lacks);
}

function lacking(...lacks: string[]): Inspection {
  return { implementsContract: false, lacks };
}

/** Lines that begin with the nonce; all others are the module's. */
async function* messages(stream: Readable, nonce: string): AsyncGenerator<ProbeMessage> {
  let rest = "";
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).byteLength;
    if (size > MAX_MESSAGES) return;
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    // A module may have left half a line of its own before ours.
    for (const line of lines) {
      const at = line.indexOf(nonce);
      if (at >= 0) yield JSON.parse(line.slice(at + nonce.length)) as ProbeMessage;
    }
  }
}

function keepBeginning(stream: Readable | null): () => string {
  let kept = "";
  stream?.on("data", (chunk: Buffer) => {
    if (kept.length < MAX_MESSAGES) kept += String(chunk);
  });
  return () => kept;
}

/** Before a module is imported, what there is on stderr is the system's, or Node's. */
function firstLine(text: string): string {
  return shown(
    text.split("\n").find((line) => /error|failed|denied|cannot|not /i.test(line)) ?? text.split("\n")[0] ?? "",
  );
}

/** People have never seen the folder that a package was unpacked into. */
function withoutPaths(inspection: Inspection, folder: string): Inspection {
  if (!("lacks" in inspection)) return inspection;
  const lacks = inspection.lacks.map((text) =>
    visible(text.replaceAll(pathToFileURL(`${folder}/`).href, "").replaceAll(`${folder}/`, "")),
  );
  return { implementsContract: false, lacks };
}
