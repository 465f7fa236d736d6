// GitHub's API through its own command, which has the token of the job.
import { spawnSync } from "node:child_process";

const PAGE = 100;

/** JSON of an address of the API, undefined where it sends none. @throws Error with what the command said. */
export function api(path, { method = "GET", body } = {}) {
  const args = ["api", "--method", method, path, ...(body === undefined ? [] : ["--input", "-"])];
  const { status, stdout, stderr, error } = spawnSync("gh", args, {
    encoding: "utf8",
    input: body && JSON.stringify(body),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`gh api ${method} ${path} failed: ${error?.message ?? stderr}`);
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}

/** All of a list, page by page. */
export function listOf(path) {
  const all = [];
  for (let page = 1; ; page++) {
    const some = api(`${path}${path.includes("?") ? "&" : "?"}per_page=${PAGE}&page=${page}`);
    all.push(...some);
    if (some.length < PAGE) return all;
  }
}
