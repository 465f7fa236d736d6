// issues.mjs FILE: one open issue for each entry that fails, brought up to date every night and closed when all is well.
import { readFileSync } from "node:fs";
import { api } from "./github.mjs";
import { findingsTable } from "./report-text.mjs";

const LABEL = "registry-entry";
const { GITHUB_REPOSITORY: repository = "" } = process.env;

const { facts, findings } = JSON.parse(readFileSync(process.argv[2] ?? "nightly.json", "utf8"));
const open = api(`repos/${repository}/issues?labels=${LABEL}&state=open&per_page=100`);
for (const [id, fact] of Object.entries(facts.exporters)) {
  const title = `Registry: ${id} fails its checks`;
  const issue = open.find((each) => each.title === title);
  const ofIt = findings.filter(({ file, severity }) => file.endsWith(`/${id}.json`) && severity === "error");
  if (fact.failing_since === undefined) {
    if (issue === undefined) continue;
    api(`repos/${repository}/issues/${issue.number}`, { method: "PATCH", body: { state: "closed" } });
    console.log(`closed ${issue.number}: ${id} is well again`);
    continue;
  }
  // A night on which npm could not be asked says nothing new.
  if (ofIt.length === 0) continue;
  const body = bodyOf(id, fact, ofIt);
  if (issue === undefined) {
    const made = api(`repos/${repository}/issues`, { method: "POST", body: { title, body, labels: [LABEL] } });
    console.log(`opened ${made.number}: ${id}`);
  } else if (issue.body !== body) {
    api(`repos/${repository}/issues/${issue.number}`, { method: "PATCH", body: { body } });
    console.log(`brought ${issue.number} up to date: ${id}`);
  }
}

function bodyOf(id, { failing_since: since, health }, ofIt) {
  const shown = { passing: "It is listed", stale: "It is listed as stale", hidden: "It is not listed any more" }[
    health
  ];
  return [
    `\`${id}\` has failed its nightly checks since ${since}. ${shown}; after 7 days an entry is stale, after 30 days hidden, and never deleted.`,
    findingsTable(ofIt),
    `To mend it: publish a version that passes \`npx @charm/telemetry-cli prepublish\`, then \`npx @charm/telemetry-cli registry add <package>\` brings the entry up to date.`,
  ].join("\n\n");
}
