// commit.mjs MESSAGE FILE…: commits files that a workflow has built, pushes them to main, and has the site built anew.
import { spawnSync } from "node:child_process";

const TRIES = 3;
const [message, ...files] = process.argv.slice(2);
if (message === undefined || files.length === 0) {
  console.error("commit.mjs MESSAGE FILE…");
  process.exit(2);
}

call("git", "add", "--", ...files);
if (spawnSync("git", ["diff", "--cached", "--quiet"]).status === 0) console.log("nothing has changed");
else {
  call("git", "config", "user.name", "github-actions[bot]");
  call("git", "config", "user.email", "41898282+github-actions[bot]@users.noreply.github.com");
  call("git", "commit", "--message", message);
  call("gh", "auth", "setup-git");
  for (let attempt = 1; !push(); attempt++) {
    if (attempt === TRIES) throw new Error("somebody else pushes all the time; run this again");
    call("git", "pull", "--rebase", "origin", "main");
  }
  // A push of a workflow starts no other workflow, but for this way.
  call("gh", "workflow", "run", "site.yml", "--ref", "main");
}

function push() {
  return spawnSync("git", ["push", "origin", "HEAD:main"], { stdio: "inherit" }).status === 0;
}

function call(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed${error ? `: ${error.message}` : ""}`);
}
