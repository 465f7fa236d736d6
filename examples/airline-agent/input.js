import { readFile } from "node:fs/promises";

const DEFAULTS = { conversations: 12, parallel: 4, pace: 1, question: "" };

/** Reads what the agent was asked to do from where the runner puts it. Ends the process when it makes no sense. */
export async function readInput() {
  // Docker runs have the file at this place and no variable that says so; other ways to run may have neither.
  const path = process.env.CHARM_INPUT_FILE ?? "/app/artifacts_mount/input.json";
  const text = await readFile(path, "utf8").catch(() => "{}");
  try {
    return check({ ...DEFAULTS, ...JSON.parse(text) });
  } catch (error) {
    console.error(`${path}: ${error.message}`);
    process.exit(1);
  }
}

function check(input) {
  for (const name of ["conversations", "parallel"]) {
    if (!Number.isInteger(input[name]) || input[name] < 1) throw new Error(`${name} must be a whole number above 0.`);
  }
  if (!Number.isFinite(input.pace) || input.pace < 0) throw new Error("pace must be a number, 0 or more.");
  if (typeof input.question !== "string") throw new Error("question must be text.");
  return input.question === "" ? input : { ...input, conversations: 1 };
}
