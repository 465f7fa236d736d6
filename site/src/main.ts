// Builds the site, and with `--serve` shows it: `npm run site`.
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { parseSecretKey } from "@charm/telemetry-registry";
import { buildAssets } from "./build/assets.ts";
import { firstListed } from "./build/first-listed.ts";
import { renderSite, writeSite } from "./build/site.ts";
import { serve } from "./serve.ts";

const ROOT = join(import.meta.dirname, "../..");

const HELP = `Builds the Plugins page from the registry's index.

  npm run site                      build, and serve on loopback

  --index FILE   the index (registry/telemetry/registry.json)
  --facts FILE   what the checks found out (registry/telemetry/facts.json, if it is there)
  --out DIR      where the site goes (site/dist/public)
  --url URL      the address that it will have
  --serve        serve it on loopback
  --port N       with --serve; 0 takes a free one (4173)

CHARM_REGISTRY_SIGNING_KEY  a secret key of minisign without a password; without it the index is not signed
`;

try {
  await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS") === true ? 2 : 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      index: { type: "string", default: join(ROOT, "registry/telemetry/registry.json") },
      facts: { type: "string" },
      out: { type: "string", default: join(ROOT, "site/dist/public") },
      url: { type: "string", default: "https://charmaios.github.io/charm-telemetry-js/" },
      serve: { type: "boolean", default: false },
      port: { type: "string", default: "4173" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);

  const key = process.env["CHARM_REGISTRY_SIGNING_KEY"] ?? "";
  const site = renderSite(
    {
      index: await readIndexFile(values.index),
      facts: await readFacts(values.facts),
      listed: firstListed(join(ROOT, "registry/telemetry/manifests")),
      url: new URL(values.url.replace(/\/*$/, "/")).href,
      ...lastCommit(),
      key: key === "" ? undefined : parseSecretKey(key),
    },
    await buildAssets(),
  );
  await writeSite(site, values.out);
  for (const problem of site.problems) process.stderr.write(`${values.index}: ${problem}\n`);
  process.stderr.write(
    `${site.files.length} files in ${relative("", values.out)}, ${key === "" ? "not signed" : "signed"}\n`,
  );
  if (!values.serve) return;
  const { url } = await serve(values.out, new URL(values.url).pathname.replace(/\/*$/, "/"), Number(values.port));
  process.stdout.write(`${url}\n`);
}

async function readIndexFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`${path}: cannot be read (fix: charm-telemetry registry build)`, { cause: error });
  }
}

async function readFacts(path: string | undefined): Promise<string | undefined> {
  try {
    return await readFile(path ?? join(ROOT, "registry/telemetry/facts.json"), "utf8");
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The time of the commit, not of the build: what was not changed is not newer. */
function lastCommit(): { generatedAt: string; commit: string } {
  const git = ["log", "-1", "--format=%H %cI"];
  const [commit = "", time = ""] = execFileSync("git", git, { cwd: ROOT, encoding: "utf8" }).trim().split(" ");
  return { commit, generatedAt: new Date(time).toISOString() };
}
