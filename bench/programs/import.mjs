// Loads modules in a process that has loaded nothing yet, and tells how long that took.
import { input, report, vanish } from "../lib/report.mjs";

const start = performance.now();
for (const specifier of input.modules) await import(specifier);
if (input.folder !== undefined) {
  const { TelemetryManager } = await import(input.modules[0]);
  await TelemetryManager.load(input.folder);
}
report({ milliseconds: performance.now() - start });
vanish();
