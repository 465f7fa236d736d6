import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readFacts } from "@charm/telemetry-registry";
import type { FactsAnswer, RegistryFile } from "@charm/telemetry-registry";
import { UsageError } from "../exit-code.ts";

const AT_A_TIME = 4;

/** The facts of a `--facts` file. @throws UsageError for a file that is none. */
export function factsFromFile(directory: string, path: string): ReadonlyMap<string, FactsAnswer> {
  try {
    return readFacts(readFileSync(resolve(directory, path), "utf8"));
  } catch (error) {
    throw new UsageError(`${path} holds no facts: ${(error as Error).message}`);
  }
}

/** Asks npm for what these manifests name, and tries it. */
export async function factsFromNetwork(
  files: readonly RegistryFile[],
  registry: string | undefined,
  tell: (text: string) => void,
): Promise<ReadonlyMap<string, FactsAnswer>> {
  const wanted = files.flatMap(wantedBy);
  if (wanted.length === 0) return new Map();
  const { gatherFacts } = await import("@charm/telemetry-registry/package");
  const facts = new Map<string, FactsAnswer>();
  const queue = wanted.values();
  const work = async (): Promise<void> => {
    for (const { id, name, version } of queue) {
      tell(`${name}@${version}`);
      facts.set(name, await gatherFacts(name, version, { id, registry }));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return facts;
}

interface Wanted {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

function wantedBy({ path, bytes }: RegistryFile): Wanted[] {
  if (/(?:^|\/)(?:removed\/[^/]+|_example\.json)$/.test(path)) return [];
  const { id, npm_package: name, version } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  return typeof id === "string" && typeof name === "string" && typeof version === "string"
    ? [{ id, name, version }]
    : [];
}
