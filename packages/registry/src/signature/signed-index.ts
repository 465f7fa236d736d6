import { createHash } from "node:crypto";
import type { RuleId } from "../rules/table.ts";
import { SignatureError, signatureOf, verifySignature } from "./minisign.ts";
import type { PublicKey, SecretKey } from "./minisign.ts";

/** What is signed with the index, beside its bytes. */
export interface IndexStamp {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** ISO 8601: of two indexes the later one counts. */
  readonly generatedAt: string;
  readonly commit: string;
}

/** An index with its signature, as they were fetched. */
export interface SignedIndex {
  readonly index: Uint8Array;
  /** The text of the `.minisig` file, if there is one. */
  readonly signature?: string | undefined;
}

/** An index that must not be used; the last good one stays. */
export class IndexRefused extends Error {
  override readonly name = "IndexRefused";
  readonly rule: RuleId = "index-signature";

  constructor(message: string, options?: ErrorOptions) {
    super(`error index-signature: ${message}`, options);
  }
}

/**
 * Signs an index with its time and its commit, so that neither can be changed.
 *
 * @returns the text of its `.minisig` file.
 */
export function signIndex(
  index: Uint8Array,
  { generatedAt, commit }: Omit<IndexStamp, "sha256">,
  key: SecretKey,
): string {
  // One line, since a signature's file has lines.
  const comment = JSON.stringify({ sha256: sha256Of(index), generated_at: generatedAt, commit });
  return signatureOf(index, comment, key);
}

/**
 * @param last the stamp of the index that is in use, if there is one: an older one is a way to bring back what was removed.
 * @throws IndexRefused if it is not signed, not by this key, not these bytes, or older than the last.
 */
export function verifyIndex({ index, signature }: SignedIndex, key: PublicKey, last?: IndexStamp): IndexStamp {
  if (signature === undefined) throw new IndexRefused("not signed");
  const stamp = stampOf(signed(index, signature, key));
  if (sha256Of(index) !== stamp.sha256) throw new IndexRefused("digest mismatch");
  if (last !== undefined && Date.parse(stamp.generatedAt) < Date.parse(last.generatedAt))
    throw new IndexRefused(`older: of ${stamp.generatedAt}; want ${last.generatedAt} or later`);
  return stamp;
}

function signed(index: Uint8Array, signature: string, key: PublicKey): string {
  try {
    return verifySignature(index, signature, key);
  } catch (error) {
    if (error instanceof SignatureError) throw new IndexRefused(error.message, { cause: error });
    throw error;
  }
}

function stampOf(comment: string): IndexStamp {
  try {
    const { sha256, generated_at: generatedAt, commit } = JSON.parse(comment) as Record<string, unknown>;
    if (typeof sha256 === "string" && typeof commit === "string" && typeof generatedAt === "string")
      if (!Number.isNaN(Date.parse(generatedAt))) return { sha256, generatedAt, commit };
  } catch {
    // A comment of another kind: said below.
  }
  throw new IndexRefused("the signed comment is not that of an index");
}

function sha256Of(index: Uint8Array): string {
  return createHash("sha256").update(index).digest("hex");
}
