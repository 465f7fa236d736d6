import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import type { AgentProcess } from "../support/agent-process.ts";
import { outsideOf, runBoth } from "./run-agent.ts";

const { resolve } = createRequire(import.meta.url);

/** Much of npm depends on it: it ends the process on a signal only where nobody else listens to it. */
const THREE = `import onExit3 from ${JSON.stringify(resolve("signal-exit-3"))};\n`;
const FOUR = `import signalExit4 from ${JSON.stringify(resolve("signal-exit"))}; const onExit4 = signalExit4.onExit;\n`;

const terminates = async (agent: AgentProcess): Promise<void> => {
  await agent.report();
  agent.kill("SIGTERM");
};

/** An agent that does `more` before it can be given the signal. */
const running = (imports: string, more: string): string => `
  ${imports}
  const manager = await TelemetryManager.load();
  const run = manager.startRun({});
  const timer = setInterval(() => {}, 1000);
  ${more}
  report("ready");
`;

const cleans = (version: number): string =>
  `onExit${version}((code, signal) => console.log("cleaned by ${version}", code, signal));\n`;

const VERSIONS: Record<string, { imports: string; prints: string[] }> = {
  "version 3": { imports: THREE + cleans(3), prints: ["cleaned by 3 null SIGTERM"] },
  "version 4": { imports: FOUR + cleans(4), prints: ["cleaned by 4 null SIGTERM"] },
  "both versions": {
    imports: THREE + FOUR + cleans(3) + cleans(4),
    prints: ["cleaned by 4 null SIGTERM", "cleaned by 3 null SIGTERM"],
  },
};

describe.each(Object.keys(VERSIONS))("an agent with signal-exit, %s,", (name) => {
  const { imports = "", prints = [] } = VERSIONS[name] ?? {};

  it.each(["before", "after"])(
    "that came %s telemetry is ended by a signal as it would, and all is delivered",
    async (when) => {
      const [first, last] =
        when === "before"
          ? [imports, ""]
          : [imports.replaceAll(/^onExit.*\n/gm, ""), imports.replaceAll(/^import.*\n/gm, "")];
      const both = await runBoth(running(first, last), { during: terminates });
      expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
      expect(both.with).toMatchObject({ code: null, signal: "SIGTERM", prints: `${prints.join("\n")}\n` });
      expect(both.with.collector.story).toEqual([
        "RunStart {}",
        "Error run aborted: the process was ended by SIGTERM.",
      ]);
    },
  );

  it("may end its run, and all that holds the process, in what signal-exit calls", async () => {
    const version = name === "version 3" ? 3 : 4;
    // Of two versions the first raises the signal for the second: they need a loop that goes on.
    const release = name === "both versions" ? "" : "clearInterval(timer);";
    const source = running(imports, `onExit${version}(() => { run.end("cleaned up"); ${release} });`);
    const both = await runBoth(source, { during: terminates });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: null, signal: "SIGTERM" });
    expect(both.with.collector.story).toEqual(["RunStart {}", 'RunEnd {"output":"cleaned up"}']);
  });

  it("and a listener of its own decides itself what the signal means", async () => {
    const source = running(
      imports,
      `process.on("SIGTERM", () => { console.log("own"); run.end("own"); setTimeout(() => process.exit(5), 10); });`,
    );
    const both = await runBoth(source, { during: terminates });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with.code).toBe(5);
    expect(both.with.collector.story).toEqual(["RunStart {}", 'RunEnd {"output":"own"}']);
  });
});

describe("an agent that tells signal-exit to go on", () => {
  it("lives on, and its run with it", async () => {
    const source = running(
      FOUR,
      `onExit4((code, signal) => {
        if (signal === null) return;
        console.log("not now");
        setTimeout(() => { run.end("in the end"); clearInterval(timer); }, 20);
        return true;
      });`,
    );
    const both = await runBoth(source, { during: terminates });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: 0, prints: "not now\n" });
    expect(both.with.collector.story).toEqual(["RunStart {}", 'RunEnd {"output":"in the end"}']);
  });
});
