// comment.mjs FILE: writes what was found into the one comment of a pull request. Runs with the right to write comments,
// and with nothing of the pull request but the report and what GitHub itself says of it.
import { readFileSync } from "node:fs";
import { api } from "./github.mjs";
import { findingsTable } from "./report-text.mjs";

const MARK = "<!-- charm-telemetry registry -->";
const { GITHUB_REPOSITORY: repository = "", HEAD_SHA: sha = "" } = process.env;

const number = pullRequestOf(sha);
if (number === undefined) console.log("no open pull request has this commit");
else {
  const text = `${MARK}\n${textOf(JSON.parse(readFileSync(process.argv[2] ?? "report.json", "utf8")))}`;
  const comments = api(`repos/${repository}/issues/${number}/comments?per_page=100`);
  const ours = comments.find(({ body, user }) => body.startsWith(MARK) && user.type === "Bot");
  if (ours === undefined)
    api(`repos/${repository}/issues/${number}/comments`, { method: "POST", body: { body: text } });
  else api(`repos/${repository}/issues/comments/${ours.id}`, { method: "PATCH", body: { body: text } });
  console.log(`told pull request ${number}`);
}

/** The report is a stranger's and may name any number: the commit is what GitHub says has run. */
function pullRequestOf(commit) {
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new Error("HEAD_SHA is no commit");
  const found = api(`search/issues?q=${encodeURIComponent(`repo:${repository} is:pr is:open sha:${commit}`)}`);
  return found.items[0]?.number;
}

function textOf({ exitCode, findings = [] }) {
  if (!Array.isArray(findings)) return "The report cannot be read. The job's log has what was found.";
  if (findings.length === 0 && exitCode === 0)
    return "Everything is right with this entry. A maintainer will look at it.";
  const head =
    exitCode === 3
      ? "npm did not answer well enough to tell. The job can be run again."
      : exitCode === 0
        ? "This entry can be listed. Some things could be better:"
        : "Some things have to be mended. `npx @charm/telemetry-cli registry validate` says the same on your machine.";
  return `${head}\n\n${findingsTable(findings)}`;
}
