// issues.mjs FILE: one open issue for each entry that fails, brought up to date every night and closed when all is well.
import { readFileSync } from "node:fs";
import { api, listOf } from "./github.mjs";
import { findingsAbout } from "./health.mjs";
import { findingsTable } from "./report-text.mjs";

const LABEL = "registry-health";
const SHOWN = { passing: "It is listed", stale: "It is listed as stale", hidden: "It is not listed any more" };
const { GITHUB_REPOSITORY: repository = "" } = process.env;
const issues = `repos/${repository}/issues`;

const { facts, findings } = JSON.parse(readFileSync(process.argv[2] ?? "nightly.json", "utf8"));
const open = new Map(
  listOf(`${issues}?labels=${LABEL}&state=open`)
    .filter(({ user }) => user.type === "Bot")
    .map((issue) => [issue.title, issue]),
);
for (const [id, fact] of Object.entries(facts.exporters)) {
  const title = titleOf(id);
  const issue = open.get(title);
  open.delete(title);
  if (fact.failing_since !== undefined) tell(title, issue, id, fact);
  else if (issue !== undefined) close(issue, "is well again");
}
for (const issue of open.values()) close(issue, "is listed no longer");

function titleOf(id) {
  return `Registry: ${id} fails its checks`;
}

function tell(title, issue, id, fact) {
  const ofIt = findingsAbout(id, findings);
  // A night on which nobody could tell says nothing new.
  if (ofIt.some(({ severity }) => severity === "undecided")) return;
  const body = bodyOf(id, fact, ofIt);
  if (issue === undefined) {
    const made = api(issues, { method: "POST", body: { title, body, labels: [LABEL] } });
    console.log(`opened ${made.number}: ${title}`);
  } else if (issue.body !== body) {
    api(`${issues}/${issue.number}`, { method: "PATCH", body: { body } });
    console.log(`brought ${issue.number} up to date: ${title}`);
  }
}

function close({ number, title }, reason) {
  api(`${issues}/${number}`, { method: "PATCH", body: { state: "closed" } });
  console.log(`closed ${number}, which ${reason}: ${title}`);
}

function bodyOf(id, { failing_since: since, health }, ofIt) {
  return [
    `\`${id}\` has failed its nightly checks since ${since}. ${SHOWN[health]}; after 7 days an entry is stale, after 30 days hidden, and never deleted by a bot.`,
    findingsTable(ofIt),
    "To mend it: publish a version that passes `npx @charm/telemetry-cli prepublish`, then `npx @charm/telemetry-cli registry add <package>` brings the entry up to date.",
  ].join("\n\n");
}
