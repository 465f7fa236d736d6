/** Something that stops a release: `error rule: what is wrong; what to do`. */
export class Refusal extends Error {
  constructor(rule, message) {
    super(message);
    this.rule = rule;
  }
}

/** Runs a script's work; a refusal is one line for people and exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`error ${error.rule}: ${error.message}`);
    process.exitCode = 1;
  }
}
