import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CharmEvent } from "../src/events.ts";
import { runAgent } from "../src/run-agent.ts";
import type { AgentResult, RunAgentOptions } from "../src/run-agent.ts";
import { agentFolder } from "./support/agent-folder.ts";

interface Recorded {
  readonly result: AgentResult;
  readonly frames: string[];
  readonly events: CharmEvent[];
}

async function run(source: string, options: RunAgentOptions = {}): Promise<Recorded> {
  const frames: string[] = [];
  const events: CharmEvent[] = [];
  const result = await runAgent(agentFolder(source), {
    onFrame: (frame) => frames.push(frame),
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { result, frames, events };
}

/** Without the heartbeat, whose place is not fixed, and what npm has to say of this machine's settings. */
function withoutNoise(events: readonly CharmEvent[]): CharmEvent[] {
  return events.filter(({ content }) => content !== "..." && !String(content).startsWith("npm warn"));
}

/** What the agent printed as JSON on one line. */
function printed(events: readonly CharmEvent[]): Record<string, unknown> {
  const line = events.map((event) => String(event.content)).find((content) => content.startsWith("{"));
  return JSON.parse(line ?? "null") as Record<string, unknown>;
}

/** Ended processes that nobody has waited for still take signals, so they are asked for their state instead. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}

describe("runAgent", () => {
  it("sends what a container's run sends: heartbeat, status, npm's banner, the agent's lines, both ends", async () => {
    const { result, events, frames } = await run(`
      console.log('__CHARM_EVENT__{"type":"delta","content":"Hi"}');
      console.error("on stderr");
    `);
    expect(result).toMatchObject({ exitCode: 0, endedBy: "exit", unfinishedLine: "" });
    expect(withoutNoise(events).map(({ type, content }) => [type, content])).toEqual([
      ["status", "Using Local Source Code..."],
      ["status", "Starting Node.js Agent..."],
      ["thinking", "> test-agent@1.0.0 start\n"],
      ["thinking", "> node agent.js\n"],
      ["delta", "Hi"],
      ["thinking", "on stderr\n"],
      ["status", "Saving Execution Context..."],
      ["internal_run_finished", { exit_code: 0, duration_ms: 0 }],
      ["internal_run_finished", { exit_code: 0, duration_ms: Math.round(result.durationMs) }],
    ]);
    expect(frames).toContain('data: {"type":"delta","content":"Hi"}\n\n');
  });

  it("gives the agent pipes, its input, a workspace, and of this process only PATH and HOME", async () => {
    process.env["CHARM_TEST_LEAK"] = "must not arrive";
    const { events } = await run(
      `
      import { fstatSync, readFileSync, statSync } from "node:fs";
      const names = Object.keys(process.env).filter((name) => !/^npm_|^(NODE|INIT_CWD|EDITOR|COLOR|PWD|OLDPWD|SHLVL|_)$/.test(name));
      console.log(JSON.stringify({
        names: names.sort(),
        stdoutIsPipe: fstatSync(1).isFIFO(), sameForStderr: fstatSync(1).ino === fstatSync(2).ino, isTty: process.stdout.isTTY === true,
        input: JSON.parse(readFileSync(process.env.CHARM_INPUT_FILE, "utf8")),
        workspaceIsFolder: statSync(process.env.CHARM_WORKSPACE_DIR).isDirectory(),
        term: process.env.TERM, stdout: process.env.CHARM_TELEMETRY_STDOUT,
      }));
    `,
      { input: { question: "Wo?", n: 1 }, environment: { MY_VARIABLE: "x", NOT_SET: undefined } },
    );
    expect(printed(events)).toEqual({
      names: [
        "CHARM_HISTORY",
        "CHARM_INPUT_FILE",
        "CHARM_TELEMETRY_STDOUT",
        "CHARM_WORKSPACE_DIR",
        "HOME",
        "MY_VARIABLE",
        "PATH",
        "TERM",
      ],
      stdoutIsPipe: true,
      sameForStderr: true,
      isTty: false,
      input: { question: "Wo?", n: 1 },
      workspaceIsFolder: true,
      term: "dumb",
      stdout: "full",
    });
  });

  it("masks the values of the run's variables", async () => {
    const { frames } = await run(`console.log("using " + process.env.SOME_KEY);`, {
      environment: { SOME_KEY: "canary-0001" },
    });
    expect(frames.join("")).toContain("using [SOME_KEY_REDACTED]");
    expect(frames.join("")).not.toContain("canary-0001");
  });

  it("removes the workspace", async () => {
    let path = "";
    await run(
      `process.stdout.write('__CHARM_EVENT__' + JSON.stringify({ type: "status", path: [process.env.CHARM_INPUT_FILE.slice(1)] }) + "\\n");`,
      {
        onEvent: (event) => (path ||= String((event.fields["path"] as string[] | undefined)?.[0] ?? "")),
      },
    );
    expect(path).toContain("input.json");
    expect(existsSync(`/${path}`)).toBe(false);
  });

  it("keeps a failing agent's status and shows its last prints as the error", async () => {
    const { result, events } = await run(`console.log("reading config"); process.exit(3);`);
    expect(result).toMatchObject({ exitCode: 3, endedBy: "exit" });
    const [error, finished] = events.slice(-2);
    expect(error?.type).toBe("error");
    expect(error?.content).toMatch(/^Execution Failed \(Code 3\)\.\n[^]*> node agent\.js\nreading config/);
    expect(finished?.content).toMatchObject({ exit_code: 3 });
  });

  it("writes a heartbeat to the same pipe until the agent ends", async () => {
    let beats = 0;
    const folder = agentFolder(`
      import { existsSync } from "node:fs";
      const timer = setInterval(() => existsSync("enough") && clearInterval(timer), 10);
    `);
    const result = await runAgent(folder, {
      heartbeatMs: 20,
      onEvent: ({ type, content }) => {
        if (type === "thinking" && content === "..." && ++beats === 5) writeFileSync(`${folder}/enough`, "");
      },
    });
    expect(result.exitCode).toBe(0);
    expect(beats).toBeGreaterThanOrEqual(5);
  });

  it("loses nothing of a large output, and keeps the last partial line apart", async () => {
    const { result, events } = await run(`
      for (let index = 0; index < 20000; index++) console.log("__CHARM_EVENT__" + JSON.stringify({ type: "delta", content: "t" + index + "." }));
      process.stdout.write("__CHARM_EVENT__{\\"type\\":\\"final\\"");
    `);
    const deltas = events.filter((event) => event.type === "delta").map((event) => event.content);
    expect(deltas).toEqual(Array.from({ length: 20_000 }, (_, index) => `t${index}.`));
    // The boot script's next line is what follows the cut one, as in a container.
    expect(events.some((event) => event.content === "Saving Execution Context...")).toBe(false);
    expect(result.unfinishedLine).toBe("");
  });

  it("gives an agent time to end by itself when it is aborted", async () => {
    const controller = new AbortController();
    const { result, events } = await run(
      `
      process.on("SIGTERM", () => { console.log("tidying up"); setTimeout(() => process.exit(5), 50); });
      setInterval(() => {}, 1000);
      console.log("ready");
    `,
      { signal: controller.signal, onFrame: (frame) => void (frame.includes("ready") && controller.abort()) },
    );
    expect(result).toMatchObject({ endedBy: "abort" });
    expect(result.exitCode).not.toBe(0);
    expect(events.map((event) => event.content)).toContain("tidying up\n");
  });

  it("kills an agent that ignores its end, with the processes that it started", async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const { result } = await run(
      `
      import { spawn } from "node:child_process";
      process.on("SIGTERM", () => {});
      const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('child up')"], { stdio: "inherit" });
      console.log(JSON.stringify({ pids: [process.pid, child.pid] }));
    `,
      {
        signal: controller.signal,
        graceMs: 100,
        onEvent: ({ content }) => {
          if (String(content).startsWith("{")) pids.push(...(JSON.parse(String(content)) as { pids: number[] }).pids);
          if (content === "child up\n") controller.abort();
        },
      },
    );
    expect(result.endedBy).toBe("abort");
    expect(result.exitCode).not.toBe(0);
    expect(pids).toHaveLength(2);
    await expect.poll(() => pids.some(isAlive)).toBe(false);
  });

  it("ends an agent whose time is up", async () => {
    const { result, events } = await run(`setInterval(() => {}, 1000);`, { timeoutMs: 1500, graceMs: 2000 });
    expect(result.endedBy).toBe("timeout");
    expect(result.exitCode).not.toBe(0);
    expect(events.at(-1)?.content).toMatchObject({ exit_code: result.exitCode });
  });

  it("is not held by a process that has left the agent's group", async () => {
    const { result, events } = await run(`
      import { spawn } from "node:child_process";
      const child = spawn("sleep", ["20"], { stdio: "inherit", detached: true });
      child.unref();
      console.log(JSON.stringify({ pid: child.pid }));
    `);
    expect(result.exitCode).toBe(0);
    const { pid } = printed(events);
    expect(isAlive(pid as number)).toBe(true);
    process.kill(pid as number);
  });

  it("throws what a callback throws, and leaves no agent behind", async () => {
    let pid = 0;
    const running = run(`console.log(JSON.stringify({ pid: process.pid })); setInterval(() => {}, 1000);`, {
      onEvent: ({ content }) => {
        if (!String(content).startsWith("{")) return;
        ({ pid } = JSON.parse(String(content)) as { pid: number });
        throw new Error("the view broke");
      },
    });
    await expect(running).rejects.toThrow("the view broke");
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it("leaves no agent behind when its own process exits", async () => {
    const folder = agentFolder(`
      const inputFile = [process.env.CHARM_INPUT_FILE.slice(1)]; // not as a whole, which would be masked
      console.log(JSON.stringify({ pid: process.pid, inputFile }));
      setInterval(() => {}, 1000);
    `);
    const program = `
      import { runAgent } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
      await runAgent(${JSON.stringify(folder)}, { onEvent: ({ content }) => {
        if (String(content).startsWith("{")) { process.stdout.write(content); process.exit(7); }
      } });
    `;
    const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    expect(status).toBe(7);
    const { pid, inputFile } = JSON.parse(stdout) as { pid: number; inputFile: string[] };
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(existsSync(`/${inputFile[0]}`)).toBe(false);
  });

  it("refuses a folder without a package.json", async () => {
    await expect(runAgent("/nowhere/at/all")).rejects.toThrow("holds no package.json");
  });
});
