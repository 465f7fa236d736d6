import { execFile } from "node:child_process";
import { relative, sep } from "node:path";
import { promisify } from "node:util";
import { shown } from "@charm/telemetry-registry/findings";
import { asObject } from "./flaw.ts";
import type { Flaw } from "./flaw.ts";

const run = promisify(execFile);

/** What git says of the folder. */
export interface Checkout {
  /** From the top of the checkout, with forward slashes; empty for the top itself. */
  readonly directory: string;
  /** Addresses of its remotes. */
  readonly remotes: readonly string[];
}

/** Undefined where there is no git, or no checkout. */
export async function findCheckout(folder: string): Promise<Checkout | undefined> {
  try {
    const top = (await run("git", ["rev-parse", "--show-toplevel"], { cwd: folder })).stdout.trim();
    // Fails where there is no remote.
    const list = await run("git", ["config", "--get-regexp", String.raw`^remote\..*\.url$`], { cwd: folder }).catch(
      () => ({ stdout: "" }),
    );
    const remotes = list.stdout.split("\n").flatMap((line) => line.split(" ").slice(1, 2));
    return { directory: relative(top, folder).split(sep).join("/"), remotes };
  } catch {
    return undefined;
  }
}

/** npm compares package.json's repository with where a package was built letter for letter, and refuses a provenance that differs. */
export function checkRepository(
  packageJson: Readonly<Record<string, unknown>>,
  checkout: Checkout | undefined,
): Flaw[] {
  const flaw = (severity: "error" | "warning", message: string, more: Partial<Flaw> = {}): Flaw => {
    return { severity, rule: "repository", message, path: ["repository"], ...more };
  };
  const field = packageJson["repository"];
  const url = typeof field === "string" ? field : asObject(field)["url"];
  const remotes = (checkout?.remotes ?? []).flatMap((remote) => repositoryIn(remote) ?? []);
  if (typeof url !== "string") {
    const fix = `write "repository": { "type": "git", "url": "git+https://${remotes[0] ?? "github.com/<owner>/<name>"}.git" }`;
    return [flaw("error", "no repository", { fix })];
  }
  const own = repositoryIn(url);
  const path = typeof field === "string" ? ["repository"] : ["repository", "url"];
  const got = `"${shown(url)}"`;
  if (own === undefined)
    return [
      flaw("error", "no address of a repository", { got, want: '"git+https://github.com/<owner>/<name>.git"', path }),
    ];
  return [...compareRemotes(), ...compareDirectory()];

  function compareRemotes(): Flaw[] {
    if (remotes.includes(own ?? "")) return [];
    const [first] = remotes;
    if (first === undefined) return [flaw("warning", "not compared with git, which has no remote here", { path })];
    const want = `"git+https://${first}.git"`;
    if (first.toLowerCase() === own?.toLowerCase())
      return [flaw("error", "differs from the git remote in case alone", { got, want, path })];
    const isFork = first.split("/").at(-1)?.toLowerCase() === own?.split("/").at(-1)?.toLowerCase();
    return [
      flaw(isFork ? "warning" : "error", `is not the git remote${isFork ? ", which may be a fork" : ""}`, {
        got,
        want,
        path,
      }),
    ];
  }

  function compareDirectory(): Flaw[] {
    const directory = asObject(field)["directory"] ?? "";
    if (checkout === undefined || directory === checkout.directory) return [];
    const want = checkout.directory === "" ? "none" : `"${shown(checkout.directory)}"`;
    return [
      flaw("error", "directory is not this folder's", {
        got: shown(JSON.stringify(directory)),
        want,
        path: ["repository", "directory"],
      }),
    ];
  }
}

/** `github.com/owner/name` of an address in any of the forms that git and npm take, its case kept. */
function repositoryIn(address: string): string | undefined {
  const shortcut = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(address)?.[1];
  if (shortcut !== undefined) return `github.com/${shortcut.replace(/\.git$/, "")}`;
  const match =
    /^(?:git\+)?(?:(?:https?|ssh|git):\/\/)?(?:[^@/]+@)?([\w.-]+\.[a-z]+)(?::\d+)?[/:]([^?#]+?)(?:\.git)?\/?$/i.exec(
      address,
    );
  return match === null ? undefined : `${match[1]?.toLowerCase()}/${match[2]?.replace(/^\//, "")}`;
}
