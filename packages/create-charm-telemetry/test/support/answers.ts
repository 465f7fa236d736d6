import type { Answers } from "../../src/answers.ts";

export const ANSWERS: Answers = {
  id: "tide-log",
  package: "charm-telemetry-tide-log",
  name: "Tide Log",
  description: "Sends the runs of Charm agents to Tide Log.",
  author: "Ada Harbour",
  license: "MIT",
  repository: "https://github.com/harbour/charm-telemetry-tide-log",
  language: "ts",
  packageManager: { name: "npm" },
  year: 2026,
};

export const RANGES: Readonly<Record<string, string>> = {
  "@charm/telemetry-core": "^0.7.0",
  "@charm/telemetry-testkit": "^0.6.0",
  "@charm/telemetry-cli": "^0.5.0",
};
