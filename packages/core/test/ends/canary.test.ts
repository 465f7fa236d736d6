import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runAgent } from "./run-agent.ts";

/** None is a secret of anybody's: each says so in its text, and is looked for as such. */
const SECRETS = {
  ACME_API_KEY: "canary-plain-0123456789",
  QUOTED_SECRET: 'canary"quoted\\back/slash 0123',
  LINES_PASSWORD: "canary-first-line\ncanary-second-line",
  SIGNING_KEY: `-----BEGIN PRIVATE KEY-----\n${["a", "b"].map((line) => `${line}canary/+`.repeat(7)).join("\n")}\n-----END PRIVATE KEY-----\n`,
  ESCAPED_KEY: `-----BEGIN RSA PRIVATE KEY-----\\n${["c", "d"].map((line) => `${line}canary/+`.repeat(7)).join("\\n")}\\n-----END RSA PRIVATE KEY-----\\n`,
  UNICODE_TOKEN: "canary-ünïcödé-😀-0123",
  URL_SAFE_DSN: "https://canary-user:canary-pass@localhost/1?canary=a b&c",
  DECLARED_MODEL: "canary-declared-by-charm-yaml",
};
/** Larger than what V8 makes an expression of. */
const BIG_SECRETS = { BIG_SECRET: `${"canary/+".repeat(6400)}1`, BIGGER_SECRET: `${"canary \"'".repeat(7300)}2` };
const SHAPES = {
  openai: "sk-proj-canary0123456789abcdefCANARY",
  github: "ghp_canary0123456789abcdefghijklmnopqrCANARY",
  bearer: "Bearer canary.0123456789.CANARY_token",
  url: "postgres://user:canary-url-password@localhost:5432/db",
};

const AGENT = `
  const all = ${JSON.stringify(SHAPES)};
  for (const name of JSON.parse(process.env.PLANTED_NAMES)) all[name] = process.env[name];
  const values = Object.values(all);
  const text = values.join(" | ");
  const manager = await TelemetryManager.load();

  const run = manager.startRun({ all, values, nested: { deep: [{ text }] } }, {
    name: "run " + values[0], threadId: values[1], tags: values, metadata: { all },
  });
  for (const value of values) {
    const url = new URL("https://localhost/");
    url.searchParams.set("q", value);
    const tool = run.startTool("tool " + value, { value, [value]: 1, url }, { toolCallId: value });
    tool.end({ list: [value], map: new Map([[value, value], [{ key: value }, 1]]), set: new Set([value]), json: JSON.stringify({ value }) });
    run.startTool("encoded", "?q=" + encodeURIComponent(value) + "&r=" + url.href).end(JSON.stringify(JSON.stringify({ value })));
    const error = new TypeError("denied " + value, { cause: new Error("because of " + value, { cause: { value } }) });
    error.code = value;
    run.startTool("failing", value).fail(error);
    const llm = run.startLlm({
      model: "m", messages: [{ role: "user", content: value, toolCalls: [{ id: value, name: value, arguments: { value } }] }], parameters: { value },
    });
    llm.token(value);
    llm.end({ output: [{ role: "assistant", content: [{ type: "text", text: value }] }], finishReason: value });
    run.startLlm({ model: "m", messages: value }).fail(value);
    run.token(value);
    run.action(value, { value });
    run.action("tool", value);
    manager.dispatch("onToolStart", value, { value });
    manager.dispatch("onToolEnd", value, value);
    manager.dispatch(value, value);
    manager.emitter.status(value);
    manager.emitter.thinking("thinking of " + value);
    manager.emitter.artifact({ name: value, url: url.href, mime: "text/plain" });
    manager.emitter.stateUpdate({ [value]: value });
    manager.emitter.toolUsage(value, 1);
  }
  // Across the ends of what is kept of an input, an error, a name and an id.
  const across = (limit) => "x".repeat(limit - 60) + values.at(-1) + "y".repeat(100);
  run.startTool(across(1000), across(4 * 1024 * 1024), { toolCallId: across(1000) }).fail(new Error(across(256 * 1024)));
  run.startTool("deep", { list: ["x", { text: across(4 * 1024 * 1024) }] }).end("done");
  run.end({ output: text });
  const other = manager.startRun({});
  other.end({ output: { [values[0]]: values } });
  manager.startRun({}, { runId: values[0] });
  manager.startRun({}, { runId: values[0] }).fail(new Error(text));
  throw Object.assign(new Error("uncaught"), { cause: text });
`;

/** Pieces of the planted values that no writing changes, and that no mask contains. */
const TRACES = /canary/i;

describe.each(["lines", "full", "pretty"])("secrets of an agent, with stdout in %s", (stdout) => {
  it("are in nothing that leaves the process, in no writing", async () => {
    const ended = await runAgent(AGENT, {
      env: {
        ...SECRETS,
        PLANTED_NAMES: JSON.stringify(Object.keys(SECRETS)),
        CHARM_TELEMETRY_STDOUT: stdout,
        CHARM_TELEMETRY_DEBUG: "1",
      },
    });
    expect(ended.code).toBe(1);
    const sent = ended.collector.bodies.join("\n");
    expect(ended.collector.events.length).toBeGreaterThan(100);
    expect(leaks(sent)).toEqual([]);
    expect(leaks(ended.stdout)).toEqual([]);
    // What Node prints of the uncaught exception is the agent's own output; ours has a prefix.
    const ours = ended.stderr.split("\n").filter((line) => line.startsWith("[charm-telemetry]"));
    expect(ours.length).toBeGreaterThan(1);
    expect(leaks(ours.join("\n"))).toEqual([]);
    // It is masked, not left out.
    for (const name of [...Object.keys(SECRETS), "OPENAI_KEY", "GITHUB_TOKEN", "BEARER", "URL_PASSWORD"])
      expect(sent).toContain(`[${name}_REDACTED]`);
  });
});

it("secrets of any size are in nothing that leaves the process", async () => {
  const ended = await runAgent(
    `
    const { SHORT_SECRET, BIG_SECRET, BIGGER_SECRET } = process.env;
    const manager = await TelemetryManager.load();
    const run = manager.startRun({ BIG_SECRET });
    for (const value of [SHORT_SECRET, BIG_SECRET, BIGGER_SECRET]) {
      run.startTool("plain", { value }).end("value: " + value);
      // Across the ends of what is kept.
      run.startTool(value, "x").fail(new Error("y".repeat(256 * 1024 - 30) + value));
      manager.emitter.status("z".repeat(2000) + value);
      manager.emitter.thinking(value);
      manager.dispatch(value);
    }
    run.fail(new Error(BIGGER_SECRET));
    `,
    { env: { SHORT_SECRET: "canary-0123456789", ...BIG_SECRETS, CHARM_TELEMETRY_DEBUG: "1" } },
  );
  expect(ended.code).toBe(0);
  expect(ended.collector.events).toHaveLength(14);
  const sent = ended.collector.bodies.join("\n");
  expect(leaks(sent + ended.stdout + ended.stderr)).toEqual([]);
  for (const name of ["SHORT_SECRET", "BIG_SECRET", "BIGGER_SECRET"]) {
    expect(sent).toContain(`[${name}_REDACTED]`);
    expect(ended.stdout).toContain(`[${name}_REDACTED]`);
  }
});

/** Of an agent or an exporter: prints each variable in one piece, as the lines that it has, and line by line. */
const PRINTS = `
  for (const name of JSON.parse(process.env.PLANTED_NAMES)) {
    const value = process.env[name];
    console.log(value);
    console.log(name, { value });
    const lines = value.replaceAll("\\\\n", "\\n");
    console.log(lines);
    console.log(lines.replaceAll("\\n", "\\r\\n"));
    for (const line of lines.split("\\n")) process.stdout.write("  " + line + "\\n");
    console.log("x".repeat(1990) + value);
  }
`;
const PRINTED = { ...SECRETS, PLANTED_NAMES: JSON.stringify(Object.keys(SECRETS)), CHARM_TELEMETRY_DEBUG: "1" };

describe("secrets in prints", () => {
  it("of an agent under auto are in no event", async () => {
    const ended = await runAgent(PRINTS, {
      hasPreamble: false,
      nodeArgs: ["--import", "@charm/telemetry-core/auto"],
      env: PRINTED,
    });
    expect(ended).toMatchObject({ code: 0, prints: "" });
    expect(leaks(ended.stdout)).toEqual([]);
    for (const name of Object.keys(SECRETS)) expect(ended.stdout).toContain(`[${name}_REDACTED]`);
  });

  it("of an exporter are in nothing that people are shown", async () => {
    const exporter = join(import.meta.dirname, "fixtures/exporter.mjs");
    const ended = await runAgent(
      `const manager = await TelemetryManager.load(); manager.startRun().end(); await manager.flush();`,
      {
        env: PRINTED,
        files: { "node_modules/posting-exporter/index.js": `${PRINTS} export * from ${JSON.stringify(exporter)};` },
      },
    );
    expect(ended.code).toBe(0);
    expect(ended.collector.events).toHaveLength(2);
    expect(leaks(ended.stdout + ended.stderr)).toEqual([]);
    for (const name of Object.keys(SECRETS)) expect(ended.stderr).toContain(`[${name}_REDACTED]`);
  });
});

/** Where `text` gives something away, with what is around it. */
function leaks(text: string): string[] {
  const found: string[] = [];
  for (const line of text.split("\n")) {
    const at = line.search(TRACES);
    if (at >= 0) found.push(line.slice(Math.max(0, at - 100), at + 100));
  }
  return found.slice(0, 5);
}
