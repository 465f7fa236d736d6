// comment.mjs FILE: writes what was found into the one comment of a pull request. Runs with the right to write comments,
// and with nothing of the pull request but the report and what GitHub itself says of it.
import { readFileSync } from "node:fs";
import { api, listOf } from "./github.mjs";
import { findingsTable } from "./report-text.mjs";

const MARK = "<!-- charm-telemetry registry -->";
const { GITHUB_REPOSITORY: repository = "", HEAD_SHA: sha = "" } = process.env;

const number = pullRequestOf(sha);
if (number === undefined) console.log("no open pull request has this commit");
else {
  const body = `${MARK}\n${textOf(reportIn(process.argv[2] ?? "report.json"))}`;
  const comments = listOf(`repos/${repository}/issues/${number}/comments`);
  const ours = comments.find((comment) => comment.body.startsWith(MARK) && comment.user.type === "Bot");
  if (ours === undefined) api(`repos/${repository}/issues/${number}/comments`, { method: "POST", body: { body } });
  else api(`repos/${repository}/issues/comments/${ours.id}`, { method: "PATCH", body: { body } });
  console.log(`told pull request ${number}`);
}

/** The report is a stranger's and may name any number: the commit is what GitHub says has run. */
function pullRequestOf(commit) {
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new Error("HEAD_SHA is no commit");
  const found = api(`search/issues?q=${encodeURIComponent(`repo:${repository} is:pr is:open sha:${commit}`)}`);
  return found.items[0]?.number;
}

function reportIn(file) {
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(report.findings) ? report : undefined;
  } catch {
    return undefined;
  }
}

function textOf(report) {
  if (report === undefined) return "What was found cannot be read. The job's log has it.";
  const { exitCode, findings } = report;
  if (findings.length === 0) return "Everything is right with this entry. A maintainer will look at it.";
  return `${headOf(exitCode)}\n\n${findingsTable(findings)}`;
}

function headOf(exitCode) {
  if (exitCode === 0) return "This entry can be listed. Some things could be better:";
  if (exitCode === 3) return "It could not be told whether this entry is right. The job can be run again.";
  return "Some things have to be mended. `npx @charm/telemetry-cli registry validate` says the same on your machine.";
}
