// build.mjs [--filter=PACKAGE...]: builds all packages, or some, without a word, unless something is wrong.
import { pnpm, publishablePackages, run } from "./repository.mjs";
import { removeStaleOutput } from "./stale-output.mjs";

const { code, output } = run(
  pnpm("exec", "turbo", "run", "build", "--output-logs=errors-only", ...process.argv.slice(2)),
);
if (code !== 0) process.stderr.write(output);
// After it: what turbo takes from its cache may be of a folder that was not clean.
publishablePackages().forEach(removeStaleOutput);
process.exitCode = code;
