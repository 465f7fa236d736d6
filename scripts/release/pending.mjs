// pending.mjs: tells the workflow whether there are changes that no version has yet.
import { appendFileSync } from "node:fs";
import { pendingChangesets } from "./changesets.mjs";

const pending = pendingChangesets();
console.log(pending.length === 0 ? "no changesets" : pending.join("\n"));
if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `pending=${pending.length > 0}\n`);
