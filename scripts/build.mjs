// build.mjs [--filter=PACKAGE...]: builds all packages, or some, without a word, unless something is wrong.
import { pnpm, run } from "./repository.mjs";

const { code, output } = run(
  pnpm("exec", "turbo", "run", "build", "--output-logs=errors-only", ...process.argv.slice(2)),
);
if (code !== 0) process.stderr.write(output);
process.exitCode = code;
