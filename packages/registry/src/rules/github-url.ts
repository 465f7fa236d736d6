import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { spelled } from "../unicode/spelled.ts";

const MAX_LENGTH = 300;
const ORIGIN = "https://github.com";
/** An owner, a repository and, in a repository of several packages, a folder at a branch. */
const PATH =
  /^\/[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/(?!\.{1,2}(?:\/|$))(?![^/]*\.git(?:\/|$))[A-Za-z0-9._-]{1,100}(?:\/tree(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+){2,})?$/;
/** No owner is called so: sponsors/acme is a page about acme. */
const OWN_PAGES = new Set(
  "about apps collections contact customer-stories dashboard enterprise events explore features issues join login logout marketplace new notifications organizations orgs pricing pulls search security sessions settings signup site sponsors stars topics trending users".split(
    " ",
  ),
);

export const GITHUB_URL_SCHEMA: JsonSchema = {
  description: "The repository that package.json names: https://github.com/<owner>/<name>.",
  type: "string",
  maxLength: MAX_LENGTH,
  pattern: `^${ORIGIN.replaceAll(".", "\\.")}${PATH.source.slice(1)}`,
};

/** What is wrong with the address of a repository: `https://github.com/<owner>/<name>`, or a folder of it. */
export function checkGithubUrl(text: string): Problem[] {
  const message = wrong(text);
  if (message === undefined) return [];
  return [
    {
      rule: "github-url",
      message,
      got: `"${spelled(text)}"`,
      want: "https://github.com/<owner>/<name>",
      fix: mended(text),
    },
  ];
}

function wrong(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return `longer than ${MAX_LENGTH} characters`;
  if (!URL.canParse(text)) return "not a URL";
  const url = new URL(text);
  if (url.protocol !== "https:") return "not https";
  if (url.username !== "" || url.password !== "") return "names a user";
  if (url.port !== "" || /^https:\/\/[^/]*:/i.test(text)) return "names a port";
  if (url.hostname !== "github.com") return "not at github.com";
  if (/[?#]/.test(text)) return "has a query or a fragment";
  // What a browser would make something else of: dot segments, backslashes, capitals in the host, escapes.
  if (url.href !== text || text.includes("%")) return "not written as browsers write it";
  if (OWN_PAGES.has(url.pathname.split("/")[1]?.toLowerCase() ?? "")) return "a page of GitHub's own";
  return PATH.test(url.pathname) ? undefined : "not the address of a repository";
}

/** The same repository, for what people paste most. */
function mended(text: string): string | undefined {
  const match =
    /^(?:git\+)?(?:https?:\/\/|ssh:\/\/git@|git@|git:\/\/)?(?:www\.)?github\.com(?:\/|:(?!\d+\/))([^/?#]+)\/([^/?#]+)/i.exec(
      text,
    );
  const made = `${ORIGIN}/${match?.[1]}/${match?.[2]?.replace(/\.git$/i, "")}`;
  return match !== null && wrong(made) === undefined ? `write "${made}"` : undefined;
}
