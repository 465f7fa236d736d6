import { expect, it } from "vitest";
import { runAgent } from "./run-agent.ts";

/** Holds its thread in a call that no JavaScript can end. */
const STUCK = `
  import { execFileSync } from "node:child_process";
  import { BaseTelemetryExporter } from "@charm/telemetry-core";
  const hooks = ["onRunEnd", "onError", "onToolStart", "onToolEnd", "onToolError", "onLlmNewToken", "onAgentAction"];
  export class PostingExporter extends BaseTelemetryExporter {
    onRunStart() { execFileSync("sleep", ["4"]); }
  }
  for (const hook of hooks) PostingExporter.prototype[hook] = () => {};
`;

it.each([
  [-1, 255],
  [256, 0],
  [300, 44],
])("process.exit(%i) is exit code %i, though an exporter's thread is stuck in a native call", async (given, code) => {
  const ended = await runAgent(
    `const manager = await TelemetryManager.load();
     manager.startRun({});
     setTimeout(() => process.exit(${given}), 1000);`,
    {
      env: { CHARM_TELEMETRY_SHUTDOWN_MS: "300" },
      files: { "node_modules/posting-exporter/index.js": STUCK },
    },
  );
  expect(ended).toMatchObject({ code, signal: null });
});
