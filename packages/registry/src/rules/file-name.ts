import { isString, memberOf } from "../document/document.ts";
import { Document } from "../document/document.ts";
import type { ManifestDocument } from "../document/read.ts";
import { shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { isWellFormed } from "./id.ts";
import { fileNameOf, isExample } from "../registry/paths.ts";

const MANIFEST_NAME = /^[a-z][a-z0-9-]*\.json$/;

/** Whether a file belongs into the folder, by its name, and by what it is if that is no file. */
export function checkFileName(file: string, instead?: "link" | "folder"): Finding[] {
  const document = new Document(file, "");
  if (!isExample(file) && !MANIFEST_NAME.test(fileNameOf(file)))
    return [document.finding(0, { rule: "file-name", message: "only <id>.json belongs here" })];
  if (instead === undefined) return [];
  return [document.finding(0, { rule: "file-name", message: `a ${instead}`, want: "a file" })];
}

/** Whether a manifest stands in the file that its id wants. */
export function checkFileOfId({ document, root }: ManifestDocument): Finding[] {
  const id = memberOf(root, "id")?.value;
  const isRight =
    isExample(document.file) ||
    !isString(id) ||
    !isWellFormed(id.value) ||
    `${id.value}.json` === fileNameOf(document.file);
  if (isRight || checkFileName(document.file).length > 0) return [];
  const message = `id "${shown(id.value)}" wants file ${shown(id.value)}.json`;
  return [document.findingAt(id, { rule: "file-name", message })];
}
