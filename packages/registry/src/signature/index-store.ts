import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PublicKey } from "./minisign.ts";
import { IndexRefused, verifyIndex } from "./signed-index.ts";
import type { IndexStamp, SignedIndex } from "./signed-index.ts";

/** One file for both, so that they are replaced together or not at all. */
const FILE = "signed-index.json";

export interface KeptIndex extends SignedIndex {
  readonly stamp: IndexStamp;
}

/** Keeps the last good index in a folder. What is kept is verified again whenever it is read. */
export class IndexStore {
  readonly #folder: string;
  readonly #key: PublicKey;

  constructor(folder: string, key: PublicKey) {
    this.#folder = folder;
    this.#key = key;
  }

  /** @returns nothing before the first good index, or if what is kept was tampered with. */
  async read(): Promise<KeptIndex | undefined> {
    try {
      const { index: text, signature } = JSON.parse(await readFile(join(this.#folder, FILE), "utf8")) as Kept;
      const index = Buffer.from(text, "base64");
      return { index, signature, stamp: verifyIndex({ index, signature }, this.#key) };
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError || error instanceof IndexRefused) return undefined;
      throw error;
    }
  }

  /** @throws IndexRefused if it is not at least as good as the one that is kept, which then stays. */
  async accept(candidate: SignedIndex): Promise<KeptIndex> {
    const last = await this.read();
    const stamp = verifyIndex(candidate, this.#key, last?.stamp);
    await mkdir(this.#folder, { recursive: true });
    const kept: Kept = {
      index: Buffer.from(candidate.index).toString("base64"),
      signature: candidate.signature ?? "",
    };
    const draft = join(this.#folder, `${FILE}.${process.pid}`);
    await writeFile(draft, JSON.stringify(kept));
    await rename(draft, join(this.#folder, FILE));
    return { ...candidate, stamp };
  }
}

interface Kept {
  readonly index: string;
  readonly signature: string;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
