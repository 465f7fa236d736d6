import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { describeExporter } from "../../src/vitest.ts";
import { PlainExporter } from "./broken/plain-exporter.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");
const VITEST = join(import.meta.dirname, "../../../../node_modules/vitest/vitest.mjs");

describeExporter({
  name: "an exporter that does everything right",
  create: () => new PlainExporter(),
  environment: { PLAIN_KEY: "any" },
});

test("a failed case is a failed test, which says what to do", { timeout: 120_000 }, async () => {
  const run = promisify(execFile)(process.execPath, [VITEST, "run", "--reporter=json"], { cwd: FIXTURES });
  const { stdout } = (await run.catch((error: unknown) => error)) as { stdout: string };
  const { testResults } = JSON.parse(stdout) as {
    testResults: { assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
  };
  const results = testResults.flatMap((file) => file.assertionResults);
  expect(results.map(({ fullName, status }) => `${fullName}: ${status}`)).toEqual([
    "Logs is a class (class): passed",
    "Logs has the eight hooks as methods of its class (methods): passed",
    "Logs is made without arguments and without configuration (construction): passed",
    "Logs prints nothing to stdout, where the agent's events go (no-stdout): failed",
    "Logs never ends the process, nor sets its exit code (no-exit): passed",
    "nothing at all has the eight hooks as methods of its class (methods): failed",
    "nothing at all without configuration, switches itself off with one warning (missing-configuration): skipped",
  ]);
  const [message] = results.flatMap(({ failureMessages }) => failureMessages);
  expect(message).toContain(`
no-stdout
  expected: prints nothing to stdout, where the agent's events go
  but:      printed "a run starts"
  read on:  https://`);
});
