import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readManifest } from "@charm/telemetry-core/manifest";
import { parseEvent } from "@charm/telemetry-runner";
import type { CharmEvent } from "@charm/telemetry-runner";
import { describe, expect, it, onTestFinished } from "vitest";

const FOLDER = fileURLToPath(new URL("../../airline-agent/", import.meta.url));

interface Recording {
  readonly id: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** What the agent writes by itself, without a runner and without a key. */
function runAgent(input: string): { status: number | null; events: CharmEvent[]; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), "airline-input-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const inputFile = join(folder, "input.json");
  writeFileSync(inputFile, input);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["agent.js"], {
    cwd: FOLDER,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", CHARM_INPUT_FILE: inputFile },
  });
  const lines = stdout.split("\n").filter((line) => line.startsWith("__CHARM_EVENT__"));
  return { status, stderr, events: lines.flatMap((line) => parseEvent(line.slice("__CHARM_EVENT__".length)) ?? []) };
}

describe("the airline agent", () => {
  it("says what was recorded, to the character", () => {
    const { conversations } = JSON.parse(readFileSync(join(FOLDER, "recordings/airline.json"), "utf8")) as {
      conversations: Recording[];
    };
    const recording = conversations.find(({ id }) => id === "airline-13-1");
    const { status, events } = runAgent('{ "question": "I want to modify my upcoming flight reservation", "pace": 0 }');
    expect(status).toBe(0);
    const said = recording?.messages.filter(({ role }) => role === "assistant").map(({ content }) => content);
    const streamed = events.filter(({ type }) => type === "delta").map(({ content }) => content);
    expect(streamed.join("")).toBe(said?.join(""));
    expect(events.map(({ content }) => content)).toContain(
      "Tool Error: flight HAT030 not available on date 2024-05-13\n",
    );
    expect(events.at(-1)).toMatchObject({ type: "status", content: "Customers served: 1, problems solved: 1" });
  });

  it("runs without a key, and says once what is missing", () => {
    const { status, stderr } = runAgent('{ "conversations": 2, "pace": 0 }');
    expect(status).toBe(0);
    expect(stderr.match(/DD_API_KEY/g)).toHaveLength(1);
  });

  it.each([
    ["{ not json", "input.json: "],
    ['{ "parallel": 0 }', "parallel must be a whole number above 0."],
    ['{ "pace": "fast" }', "pace must be a number, 0 or more."],
    ['{ "question": 5 }', "question must be text."],
  ])("refuses the input %s with what is wrong", (input, message) => {
    const { status, stderr, events } = runAgent(input);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(events).toEqual([]);
  });

  it("has a charm.yaml without a fault", async () => {
    const { contract, findings, telemetry } = await readManifest(join(FOLDER, "charm.yaml"));
    expect({ contract, findings }).toEqual({ contract: [], findings: [] });
    expect(telemetry.map(({ name }) => name)).toEqual(["datadog", "langsmith", "sentry"]);
  });
});
