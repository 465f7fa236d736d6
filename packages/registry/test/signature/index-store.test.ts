import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { IndexStore } from "../../src/signature/index-store.ts";
import { parsePublicKey, parseSecretKey, signatureOf } from "../../src/signature/minisign.ts";
import { IndexRefused, signIndex } from "../../src/signature/signed-index.ts";
import type { SignedIndex } from "../../src/signature/signed-index.ts";
import { TEST_KEY, TEST_PUBLIC_KEY } from "../support/signing-keys.ts";

const key = parsePublicKey(TEST_PUBLIC_KEY);
const secret = parseSecretKey(TEST_KEY);
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function store(): { folder: string; store: IndexStore } {
  const folder = mkdtempSync(join(tmpdir(), "charm-index-"));
  folders.push(folder);
  return { folder, store: new IndexStore(folder, key) };
}

function signed(text: string, generatedAt: string): SignedIndex {
  const index = Buffer.from(text);
  return { index, signature: signIndex(index, { generatedAt, commit: "abc" }, secret) };
}

const good = signed("one", "2026-10-01T00:00:00Z");
const newer = signed("two", "2026-10-02T00:00:00Z");

it("takes a signed index, and a newer one after it", async () => {
  const { store: kept, folder } = store();
  expect(await kept.read()).toBeUndefined();
  await kept.accept(good);
  await kept.accept(good);
  await kept.accept(newer);
  expect(Buffer.from((await kept.read())?.index ?? []).toString()).toBe("two");
  expect((await kept.read())?.stamp).toMatchObject({ generatedAt: "2026-10-02T00:00:00Z", commit: "abc" });
  expect(readdirSync(folder)).toHaveLength(1);
});

it.each([
  ["is not signed", { ...newer, signature: undefined }, "error index-signature: not signed"],
  ["has a flipped byte", { ...newer, index: Buffer.from("twn") }, "error index-signature: digest mismatch"],
  ["has the signature of another", { ...newer, signature: good.signature }, "error index-signature: digest mismatch"],
  [
    "is older",
    signed("old", "2026-09-30T23:59:59Z"),
    "error index-signature: older: of 2026-09-30T23:59:59Z; want 2026-10-01T00:00:00Z or later",
  ],
  [
    "is signed for something else",
    { index: newer.index, signature: signatureOf(newer.index, "timestamp:1", secret) },
    "error index-signature: the signed comment is not that of an index",
  ],
  [
    "has a comment about other bytes",
    {
      index: newer.index,
      signature: signatureOf(newer.index, '{"sha256":"00","generated_at":"2026-10-03","commit":""}', secret),
    },
    "error index-signature: digest mismatch",
  ],
])("refuses an index that %s, and keeps the last good one", async (_, candidate: SignedIndex, message) => {
  const { store: kept } = store();
  await kept.accept(good);
  const refusal = await kept.accept(candidate).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(IndexRefused);
  expect((refusal as IndexRefused).message).toBe(message);
  expect(Buffer.from((await kept.read())?.index ?? []).toString()).toBe("one");
});

it("does not trust its own folder either", async () => {
  const { store: kept, folder } = store();
  await kept.accept(good);
  const [file = ""] = readdirSync(folder);
  const text = readFileSync(join(folder, file), "utf8");
  writeFileSync(
    join(folder, file),
    text.replace(Buffer.from("one").toString("base64"), Buffer.from("won").toString("base64")),
  );
  expect(await kept.read()).toBeUndefined();
  writeFileSync(join(folder, file), text.slice(0, 20));
  expect(await kept.read()).toBeUndefined();
  await kept.accept(newer);
  expect(Buffer.from((await kept.read())?.index ?? []).toString()).toBe("two");
});
