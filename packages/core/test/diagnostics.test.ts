import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startAgent } from "./support/agent-process.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

interface Sayings {
  readonly says: readonly (readonly ["warn" | "debug", string])[];
  readonly isDebug?: boolean;
  readonly secret?: string;
  readonly failsToMask?: boolean;
  /** How often all is said; `%d` becomes the number. */
  readonly times?: number;
}

async function say(
  sayings: Sayings,
  shell?: string,
): Promise<{ stderr: string; code: number | null; isStderrNonBlocking: boolean }> {
  const agent = startAgent("agents/diagnostics.mjs", {
    stdout: "socket",
    args: [JSON.stringify(sayings)],
    env: { PIPE: join(temporaryFolder(), "pipe") },
    ...(shell === undefined ? {} : { shell }),
  });
  const { isStderrNonBlocking } = await agent.report<{ isStderrNonBlocking: boolean }>();
  const { stderr, code } = await agent.ended;
  return { stderr, code, isStderrNonBlocking };
}

describe("words for people", () => {
  it("go to stderr, with a prefix, each text once", async () => {
    const { stderr } = await say({
      says: [
        ["warn", "one"],
        ["warn", "two\n  and its second line"],
        ["warn", "one"],
      ],
      times: 2,
    });
    expect(stderr).toBe("[charm-telemetry] one\n[charm-telemetry] two\n  and its second line\n");
  });

  it("tell the diary only where it is asked for, every time and with the time", async () => {
    const says = [["debug", "step"]] as const;
    expect((await say({ says, times: 2 })).stderr).toBe("");
    expect((await say({ says, times: 2, isDebug: true })).stderr).toMatch(
      /^(?:\[charm-telemetry\] \d+\.\d ms step\n){2}$/,
    );
  });

  it.each(["canary-across-the-end", "canary".repeat(5000)])(
    "are cut when they are long, and masked before that",
    async (secret) => {
      const { stderr } = await say({ says: [["warn", `${"x".repeat(3940)}${secret}${"y".repeat(5000)}`]], secret });
      expect(stderr).toMatch(/^\[charm-telemetry\] x{3940}\[MASKED\]y*\S+ \[cut: \d+ more characters\]\n$/);
      expect(stderr).not.toContain("canary");
    },
  );

  it("are left out where they cannot be masked", async () => {
    const says = [
      ["warn", "canary"],
      ["debug", "canary"],
    ] as const;
    expect(await say({ says, failsToMask: true, isDebug: true })).toMatchObject({ stderr: "", code: 0 });
  });

  it("come to an end, however many there are", async () => {
    const many = await say({ says: [["warn", "number %d"]], times: 1000 });
    expect(many.stderr.split("\n")).toHaveLength(201);
    const long = await say({ says: [["warn", `%d ${"x".repeat(3000)}`]], times: 1000 });
    expect(long.stderr.length).toBeLessThan(80_000);
  });

  it("do not make the stderr of others non-blocking", async () => {
    // A pipe, as in a container; and what stderr is shared with has to stay as it was.
    const { stderr, isStderrNonBlocking } = await say({ says: [["warn", "hello"]] }, `"$@" 2>&1 | cat >&2`);
    expect(stderr).toBe("[charm-telemetry] hello\n");
    expect(isStderrNonBlocking).toBe(false);
  });

  it("block nobody when nobody reads them", async () => {
    // The shell holds both ends of the pipe, and reads nothing: what does not fit into it is left out.
    const { stderr, code } = await say(
      { says: [["debug", "x".repeat(1000)]], times: 500, isDebug: true },
      `mkfifo "$PIPE" && exec 7<>"$PIPE" && exec "$@" 2>"$PIPE"`,
    );
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  it.each([
    ["closed", `exec "$@" 2>&-`],
    ["full", `exec "$@" 2>/dev/full`],
    ["a pipe whose reader is gone", `{ { "$@" 2>&1 >&6 | exec true; } 6>&1; }`],
  ])("are nobody's trouble when stderr is %s", async (_, shell) => {
    const { stderr } = await say({ says: [["warn", "nobody hears this"]], times: 3 }, shell);
    expect(stderr).toBe("");
  });
});
