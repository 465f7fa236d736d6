// publish.mjs FOLDER [--tag TAG]: sends a release's tarballs to npm. Safe to run again: what npm has is left out.
import { execFileSync, spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { packumentOf } from "./npm-registry.mjs";
import { main, Refusal } from "./refusal.mjs";
import { readRelease } from "./release-folder.mjs";

const FINAL = /^\d+\.\d+\.\d+$/;
/** The first npm that asks GitHub for its identity instead of a token. */
const TRUSTED_NPM = [11, 5, 1];

await main(async () => {
  const { values, positionals } = parseArgs({ options: { tag: { type: "string" } }, allowPositionals: true });
  const tag = values.tag ?? "latest";
  const packages = readRelease(positionals[0] ?? "release");
  // GitHub sets this in a job with `id-token: write`, and nowhere else.
  const isTrusted = process.env.ACTIONS_ID_TOKEN_REQUEST_URL !== undefined;

  packages.forEach((each) => checkTag(each, tag));
  if (isTrusted) checkIdentity();
  const states = await Promise.all(packages.map((each) => stateOf(each, isTrusted)));

  for (const [index, each] of packages.entries()) {
    const id = `${each.name}@${each.version}`;
    if (states[index] === "sent") console.log(`skipped ${id}: npm has it`);
    else await send(each, tag, isTrusted);
  }
});

function checkTag({ version }, tag) {
  const isFinal = FINAL.test(version);
  if (isFinal && tag !== "latest")
    throw new Refusal("snapshot-final", `${version} is a final version; refuse tag ${tag}`);
  if (!isFinal && tag === "latest")
    throw new Refusal("snapshot-latest", `${version} is no final version; refuse tag latest, want --tag NAME`);
}

function checkIdentity() {
  const version = execFileSync("npm", ["--version"], { encoding: "utf8" }).trim();
  const parts = version.split(".").map(Number);
  const first = parts.findIndex((part, at) => part !== TRUSTED_NPM[at]);
  if (first >= 0 && parts[first] < TRUSTED_NPM[first])
    throw new Refusal(
      "npm-version",
      `npm ${version} cannot publish with an identity; want ${TRUSTED_NPM.join(".")} or later`,
    );
  for (const name of ["NODE_AUTH_TOKEN", "NPM_TOKEN"])
    if (process.env[name])
      throw new Refusal("npm-token", `${name} is set; releases have an identity and need no token`);
}

/** @returns {Promise<"sent" | "new">} */
async function stateOf({ name, version, integrity }, isTrusted) {
  const packument = await packumentOf(name);
  if (packument === undefined && isTrusted)
    throw new Refusal(
      "first-publish",
      `npm does not know ${name}, so it cannot trust this workflow; see docs/releasing.md`,
    );
  const published = packument?.versions[version];
  if (published === undefined) return "new";
  if (published.dist.integrity === integrity) return "sent";
  throw new Refusal("release-differs", `npm has ${name}@${version} with other contents; want a new version`);
}

async function send(each, tag, isTrusted) {
  const id = `${each.name}@${each.version}`;
  const more = isTrusted ? ["--provenance"] : [];
  const args = [
    "publish",
    each.path,
    "--access",
    "public",
    "--tag",
    tag,
    "--ignore-scripts",
    "--loglevel",
    "error",
    ...more,
  ];
  const { status, stderr } = spawnSync("npm", args, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  // A lost answer looks like a failure, and the next try like a conflict: npm's own word counts.
  if (status !== 0 && (await stateOf(each, isTrusted)) !== "sent")
    throw new Refusal("publish", `${id} was not published; run this job again\n${stderr.trim()}`);
  console.log(`published ${id} as ${tag}`);
}
