import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { Flaw } from "./flaw.ts";

/** What publint says of a tarball; its warnings count as errors. */
export async function lintPackage(tarball: Uint8Array): Promise<Flaw[]> {
  const bytes = new Uint8Array(tarball).buffer;
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  return messages.map((message) => ({
    severity: message.type === "error" ? "error" : "warning",
    rule: "publint",
    message: oneLine(formatMessage(message, pkg, { color: false }) ?? message.code),
    path: message.path,
  }));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
}
