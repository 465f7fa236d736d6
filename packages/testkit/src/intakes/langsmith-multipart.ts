/** One part of a request, its content as JSON. */
export interface JsonPart {
  readonly name: string;
  readonly value: unknown;
}

const CONTENT_TYPE = /^multipart\/form-data;\s*boundary="?([^";]{1,70})"?$/;
const DISPOSITION = /^form-data; name="([^"]*)"(; filename=.*)?$/;

/**
 * Takes apart a multipart request as LangSmith writes it: every part has a length of its own, and `length` counts bytes.
 *
 * @returns the parts that hold JSON, or all that is wrong.
 */
export function parseMultipart(
  contentType: string | undefined,
  body: Buffer,
): { readonly parts: JsonPart[] } | { readonly problems: string[] } {
  const boundary = CONTENT_TYPE.exec(contentType ?? "")?.[1];
  if (boundary === undefined)
    return { problems: [`content-type must be multipart/form-data with a boundary, got ${contentType ?? "none"}`] };
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: JsonPart[] = [];
  const problems: string[] = [];
  let at = body.indexOf(delimiter);
  if (at !== 0) return { problems: ["(the body): does not begin with the boundary that content-type names"] };
  for (;;) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + 2).equals(Buffer.from("--"))) break;
    const next = body.indexOf(Buffer.concat([Buffer.from("\r\n"), delimiter]), start);
    if (next === -1) return { problems: ["(the body): breaks off before its last boundary"] };
    const part = parsePart(body.subarray(start + 2, next));
    if ("problem" in part) problems.push(part.problem);
    else if (!part.name.startsWith("attachment.")) parts.push(part);
    at = next + 2;
  }
  return problems.length > 0 ? { problems } : { parts };
}

function parsePart(bytes: Buffer): JsonPart | { readonly problem: string } {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return { problem: "(a part): has no headers" };
  const headers = new Map<string, string>();
  for (const line of bytes.subarray(0, end).toString("utf8").split("\r\n")) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const [, name, filename] = DISPOSITION.exec(headers.get("content-disposition") ?? "") ?? [];
  if (name === undefined) return { problem: '(a part): has no content-disposition of the form form-data; name="…"' };
  if (filename !== undefined) return { problem: `${name}: must have no file name` };
  const content = bytes.subarray(end + 4);
  const [type = "", ...parameters] = (headers.get("content-type") ?? "").split(";").map((text) => text.trim());
  const length = parameters.find((text) => text.startsWith("length="))?.slice(7) ?? headers.get("content-length");
  if (length === undefined) return { problem: `${name}: has no length, neither in content-type nor in a header` };
  if (Number(length) !== content.length)
    return { problem: `${name}: says that it has ${length} bytes, and has ${content.length}` };
  if (headers.has("content-encoding")) return { problem: `${name}: must not be compressed by itself` };
  if (name.startsWith("attachment.")) return { name, value: undefined };
  if (type !== "application/json") return { problem: `${name}: must be application/json, got ${type || "none"}` };
  try {
    return { name, value: JSON.parse(content.toString("utf8")) };
  } catch {
    return { problem: `${name}: is not JSON` };
  }
}
