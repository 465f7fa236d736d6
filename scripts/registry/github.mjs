// GitHub's API through its own command, which has the token of the job.
import { spawnSync } from "node:child_process";

/** @returns what was printed; `input` goes to its standard input. @throws Error with what it said. */
export function gh(args, input) {
  const { status, stdout, stderr, error } = spawnSync("gh", args, { encoding: "utf8", input });
  if (status !== 0) throw new Error(`gh ${args.slice(0, 2).join(" ")} failed: ${stderr ?? error?.message ?? ""}`);
  return stdout;
}

/** JSON of an address of the API. */
export function api(path, { method = "GET", body } = {}) {
  const input = body === undefined ? [] : ["--input", "-"];
  const text = gh(["api", "--method", method, path, ...input], body && JSON.stringify(body));
  return text.trim() === "" ? undefined : JSON.parse(text);
}
