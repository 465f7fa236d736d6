import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";

/**
 * Signatures that `minisign` makes and checks (https://jedisct1.github.io/minisign/), with Node's own cryptography.
 *
 * A public key is "Ed", 8 bytes of id, 32 bytes of key. A signature is "ED", the id, 64 bytes over the file's BLAKE2b
 * digest; then a comment, and 64 bytes over signature and comment, so that the comment can be trusted, too.
 */
export interface PublicKey {
  /** 16 hexadecimal digits, as minisign shows it. */
  readonly id: string;
  readonly key: KeyObject;
}

export interface SecretKey extends PublicKey {
  readonly secret: KeyObject;
}

export class SignatureError extends Error {
  override readonly name = "SignatureError";
}

const ID_AT = 2;
const KEY_AT = 10;
const SIGNATURE_LENGTH = 74;
// What DER has before the 32 bytes of a key of Ed25519 (RFC 8410).
const PUBLIC_DER = Buffer.from("302a300506032b6570032100", "hex");
const SECRET_DER = Buffer.from("302e020100300506032b657004220420", "hex");

/** @param text a public key's file, or its second line alone. */
export function parsePublicKey(text: string): PublicKey {
  const bytes = decode(text.trim().split("\n").at(-1) ?? "");
  if (bytes.length !== 42 || tagOf(bytes) !== "Ed") throw new SignatureError("not a public key of minisign");
  return { id: idOf(bytes), key: publicKey(bytes.subarray(KEY_AT)) };
}

/** @param text a secret key's file without a password (`minisign -G -W`), or its second line alone. */
export function parseSecretKey(text: string): SecretKey {
  const bytes = decode(text.trim().split("\n").at(-1) ?? "");
  if (bytes.length !== 158 || tagOf(bytes) !== "Ed") throw new SignatureError("not a secret key of minisign");
  if (bytes.readUInt16BE(2) !== 0)
    throw new SignatureError("the secret key has a password; make one without: minisign -G -W");
  const payload = bytes.subarray(54);
  const seed = payload.subarray(8, 40);
  const secret = createPrivateKey({ key: Buffer.concat([SECRET_DER, seed]), format: "der", type: "pkcs8" });
  const key = createPublicKey(secret);
  if (!key.equals(publicKey(payload.subarray(40, 72)))) throw new SignatureError("the secret key is damaged");
  return { id: idOf(Buffer.concat([bytes.subarray(0, ID_AT), payload.subarray(0, 8)])), key, secret };
}

/** The text of a public key, as it is given to `minisign -P`. */
export function publicKeyText({ id, key }: PublicKey): string {
  const der = key.export({ format: "der", type: "spki" });
  return Buffer.concat([Buffer.from("Ed"), idBytes(id), der.subarray(PUBLIC_DER.length)]).toString("base64");
}

/** @returns the text of a `.minisig` file. */
export function signatureOf(content: Uint8Array, comment: string, { id, secret }: SecretKey): string {
  const signature = sign(null, digestOf(content), secret);
  const whole = sign(null, Buffer.concat([signature, Buffer.from(comment)]), secret);
  const first = Buffer.concat([Buffer.from("ED"), idBytes(id), signature]).toString("base64");
  const lines = [`untrusted comment: signature of key ${id}`, first, `trusted comment: ${comment}`];
  return `${[...lines, whole.toString("base64")].join("\n")}\n`;
}

/**
 * @returns the comment that is signed with the content.
 * @throws SignatureError if it is no signature, by another key, or of other bytes.
 */
export function verifySignature(content: Uint8Array, text: string, { id, key }: PublicKey): string {
  const [untrusted = "", first = "", trusted = "", last = "", ...more] = text.trimEnd().split(/\r?\n/);
  const bytes = decode(first);
  const isShaped =
    untrusted.startsWith("untrusted comment:") && trusted.startsWith("trusted comment: ") && more.length === 0;
  if (!isShaped || bytes.length !== SIGNATURE_LENGTH || tagOf(bytes) !== "ED")
    throw new SignatureError("not a signature of minisign");
  if (idOf(bytes) !== id) throw new SignatureError(`signed by key ${idOf(bytes)}; want key ${id}`);
  const signature = bytes.subarray(KEY_AT);
  if (!verify(null, digestOf(content), key, signature)) throw new SignatureError("digest mismatch");
  const comment = trusted.slice("trusted comment: ".length);
  if (!verify(null, Buffer.concat([signature, Buffer.from(comment)]), key, decode(last)))
    throw new SignatureError("the signed comment was changed");
  return comment;
}

function digestOf(content: Uint8Array): Buffer {
  return createHash("blake2b512").update(content).digest();
}

function publicKey(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_DER, bytes]), format: "der", type: "spki" });
}

function tagOf(bytes: Buffer): string {
  return bytes.toString("latin1", 0, ID_AT);
}

/** The id is a number, smallest byte first. */
function idOf(bytes: Buffer): string {
  return Buffer.from(bytes.subarray(ID_AT, KEY_AT)).reverse().toString("hex").toUpperCase();
}

function idBytes(id: string): Buffer {
  return Buffer.from(id, "hex").reverse();
}

function decode(line: string): Buffer {
  return Buffer.from(line.trim(), "base64");
}
