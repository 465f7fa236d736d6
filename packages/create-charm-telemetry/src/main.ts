#!/usr/bin/env node
import { main } from "./command.ts";

const ci = process.env["CI"] ?? "";

process.exitCode = await main(process.argv.slice(2), {
  environment: process.env,
  isInteractive: process.stdin.isTTY && process.stdout.isTTY && (ci === "" || ci === "false" || ci === "0"),
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
