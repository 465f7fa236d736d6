#!/usr/bin/env node
import { run } from "./program.ts";

// `charm-telemetry … | head` is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const { env: environment, stdout, stderr } = process;
process.exitCode = await run(process.argv.slice(2), { directory: process.cwd(), environment, stdout, stderr });
