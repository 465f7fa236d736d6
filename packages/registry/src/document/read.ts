import type { ObjectNode } from "@humanwhocodes/momoa";
import { isUtf8 } from "node:buffer";
import type { Finding } from "../finding.ts";
import { Document, startOf } from "./document.ts";
import { parseJson } from "./parse.ts";

/** How large a manifest may be. */
const MAX_MANIFEST_BYTES = 16 * 1024;
const BOM = "\u{FEFF}";

/** A manifest as it was read: what it says, and where. */
export interface ManifestDocument {
  readonly document: Document;
  readonly root: ObjectNode;
}

/**
 * Reads a manifest: bytes, characters and JSON. Never throws.
 *
 * @param file the path, as people would write it
 * @returns the manifest, absent if it could not be understood, and all that is wrong with the file.
 */
export function readManifestFile(
  file: string,
  bytes: Uint8Array,
): { manifest?: ManifestDocument; findings: Finding[] } {
  return readObject(file, bytes, MAX_MANIFEST_BYTES);
}

/** The same of a file that may be larger. */
export function readObject(
  file: string,
  bytes: Uint8Array,
  maxBytes: number,
): { manifest?: ManifestDocument; findings: Finding[] } {
  const { document, findings } = decode(file, bytes, maxBytes);
  if (document === undefined) return { findings };
  const { body, findings: jsonFindings } = parseJson(document);
  findings.push(...jsonFindings);
  if (body === undefined) return { findings };
  if (body.type === "Object") return { manifest: { document, root: body }, findings };
  const got = body.type.toLowerCase();
  findings.push(
    document.finding(startOf(body), { rule: "wrong-type", message: "not a manifest", got, want: "object" }),
  );
  return { findings };
}

/** The text of a file; absent if there is no use in reading on. */
function decode(file: string, bytes: Uint8Array, maxBytes: number): { document?: Document; findings: Finding[] } {
  if (bytes.length > maxBytes) {
    const message = `${bytes.length} bytes, limit ${maxBytes}`;
    return { findings: [new Document(file, "").finding(0, { rule: "file-size", message })] };
  }
  const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const hasBom = decoded.startsWith(BOM);
  const document = new Document(file, hasBom ? decoded.slice(1) : decoded);
  const findings: Finding[] = [];
  if (hasBom) {
    const fix = "charm-telemetry registry fmt --write";
    findings.push(document.finding(0, { rule: "bom", message: "byte order mark", fix }));
  }
  if (!isUtf8(bytes)) {
    const offset = firstBroken(bytes, decoded) - (hasBom ? 1 : 0);
    const message = "not UTF-8 from here on";
    return { findings: [...findings, document.finding(Math.max(offset, 0), { rule: "utf8", message })] };
  }
  const nul = document.text.indexOf("\0");
  if (nul >= 0) {
    return { findings: [...findings, document.finding(nul, { rule: "nul", message: "NUL, as of a binary file" })] };
  }
  const strayReturn = document.text.search(/\r(?!\n)/);
  if (strayReturn >= 0) {
    const message = "carriage return without line feed";
    findings.push(document.finding(strayReturn, { rule: "line-ending", message, want: "LF" }));
  }
  return { document, findings };
}

/** The first character that stands for bytes which are none: encoded again, it makes others. */
function firstBroken(bytes: Uint8Array, decoded: string): number {
  const again = Buffer.from(decoded);
  const differs = bytes.findIndex((byte, index) => byte !== again[index]);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(again.subarray(0, differs)).length;
}
