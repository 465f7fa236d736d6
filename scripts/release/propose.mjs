// propose.mjs BRANCH TITLE: commits what has changed and opens a pull request with it, or brings the open one up to date.
import { spawnSync } from "node:child_process";
import { main, Refusal } from "./refusal.mjs";

await main(() => {
  const [branch, title] = process.argv.slice(2);
  if (!branch || !title) throw new Refusal("usage", "propose.mjs BRANCH TITLE");
  if (call("git", "status", "--porcelain") === "") return console.log("nothing has changed");
  call("git", "config", "user.name", "github-actions[bot]");
  call("git", "config", "user.email", "41898282+github-actions[bot]@users.noreply.github.com");
  call("git", "switch", "--force-create", branch);
  call("git", "add", "--all");
  call("git", "commit", "--message", title);
  call("gh", "auth", "setup-git");
  call("git", "push", "--force", "origin", branch);
  if (call("gh", "pr", "list", "--head", branch, "--state", "open", "--json", "number") === "[]")
    call(
      "gh",
      "pr",
      "create",
      "--head",
      branch,
      "--base",
      "main",
      "--title",
      title,
      "--body",
      "Made by the release workflow.",
    );
  // A push of a workflow starts no other workflow, but for this way.
  call("gh", "workflow", "run", "ci.yml", "--ref", branch);
  console.log(`proposed ${title}`);
});

function call(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0)
    throw new Refusal("propose", `${command} ${args[0]} failed: ${(stderr ?? error?.message ?? "").trim()}`);
  return stdout.trim();
}
