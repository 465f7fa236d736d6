import { expect, it } from "vitest";
import {
  SignatureError,
  parsePublicKey,
  parseSecretKey,
  publicKeyText,
  signatureOf,
  verifySignature,
} from "../../src/signature/minisign.ts";
import { SIGNATURE, SIGNED, TEST_KEY, TEST_PUBLIC_KEY } from "../support/signing-keys.ts";

const content = Buffer.from(SIGNED);
const publicKey = parsePublicKey(TEST_PUBLIC_KEY);
const secretKey = parseSecretKey(TEST_KEY);

it("reads the keys of minisign, and knows them by the same id", () => {
  expect(publicKey.id).toBe("1692BB6D52477221");
  expect(secretKey.id).toBe(publicKey.id);
  expect(TEST_PUBLIC_KEY).toContain(publicKeyText(secretKey));
});

it("accepts what minisign has signed", () => {
  expect(verifySignature(content, SIGNATURE, publicKey)).toBe("a comment that is signed");
});

it("signs as minisign does, to the bit", () => {
  const lines = (text: string): string[] => text.split("\n").slice(1);
  expect(lines(signatureOf(content, "a comment that is signed", secretKey))).toEqual(lines(SIGNATURE));
});

it("refuses any other content, and any signature with a flipped bit", () => {
  for (let at = 0; at < content.length; at += 1) {
    const flipped = Buffer.from(content);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    expect(() => verifySignature(flipped, SIGNATURE, publicKey)).toThrow(SignatureError);
  }
  const [untrusted = "", first = "", trusted = "", last = ""] = SIGNATURE.trimEnd().split("\n");
  const flip = (line: string, at: number): string => {
    const bytes = Buffer.from(line, "base64");
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes.toString("base64");
  };
  for (const at of [0, 1, 2, 9, 10, 73])
    expect(() => verifySignature(content, [untrusted, flip(first, at), trusted, last].join("\n"), publicKey)).toThrow(
      SignatureError,
    );
  for (const at of [0, 63])
    expect(() => verifySignature(content, [untrusted, first, trusted, flip(last, at)].join("\n"), publicKey)).toThrow(
      "the signed comment was changed",
    );
  expect(() => verifySignature(content, SIGNATURE.replace("is signed", "was signed"), publicKey)).toThrow(
    "the signed comment was changed",
  );
});

it.each(["", "\n\n\n\n", "untrusted comment: x", `${SIGNATURE}one more line\n`, "<html>"])(
  "refuses what is no signature: %j",
  (text) => {
    expect(() => verifySignature(content, text, publicKey)).toThrow("not a signature of minisign");
  },
);

it.each(["", "RWQ", TEST_KEY])("refuses what is no public key: %j", (text) => {
  expect(() => parsePublicKey(text)).toThrow("not a public key of minisign");
});

it("refuses a damaged secret key, and one with a password, without showing either", () => {
  const bytes = Buffer.from(TEST_KEY, "base64");
  bytes[70] = (bytes[70] ?? 0) ^ 1;
  expect(() => parseSecretKey(bytes.toString("base64"))).toThrow("the secret key is damaged");
  const locked = Buffer.from(TEST_KEY, "base64");
  locked.write("Sc", 2);
  expect(() => parseSecretKey(locked.toString("base64"))).toThrow("minisign -G -W");
  expect(() => parseSecretKey("not a key at all")).toThrow(/^not a secret key of minisign$/);
});
