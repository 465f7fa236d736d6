import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folders that a container would have beside the agent's own; only this user can read them. */
export interface Workspace {
  readonly path: string;
  /** Holds the run's input as JSON; the cloud's place for it is `artifacts_mount/input.json` too. */
  readonly inputFile: string;
  readonly outputPipe: string;
  /** At once: the end of a process leaves no time. */
  remove(): void;
}

export async function createWorkspace(input: unknown): Promise<Workspace> {
  const json = JSON.stringify(input ?? {});
  const root = await mkdtemp(join(tmpdir(), "charm-run-"));
  const artifacts = join(root, "artifacts_mount");
  const workspace: Workspace = {
    path: join(root, "workspace"),
    inputFile: join(artifacts, "input.json"),
    outputPipe: join(root, "output"),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  };
  await mkdir(workspace.path);
  await mkdir(artifacts);
  await writeFile(workspace.inputFile, json);
  return workspace;
}
