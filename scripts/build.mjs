// Builds all packages without a word, unless something is wrong.
import { pnpm, run } from "./repository.mjs";

const { code, output } = run(pnpm("exec", "turbo", "run", "build", "--output-logs=errors-only"));
if (code !== 0) process.stderr.write(output);
process.exitCode = code;
