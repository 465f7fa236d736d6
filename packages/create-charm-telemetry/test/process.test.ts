import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { emptyFolder, filesIn, read } from "./support/folders.ts";

const PACKAGE = join(import.meta.dirname, "..");
const MAIN = join(PACKAGE, "dist/main.js");

/** Of somebody who has nothing but Node. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { PATH, HOME: emptyFolder(), TERM: "xterm", ...more };
}

interface Session {
  readonly code: number | null;
  readonly printed: string;
}

/** Runs the command in a terminal, and types an answer whenever a question has been asked. */
async function atTerminal(
  folder: string,
  argv: string,
  answers: readonly (readonly [question: string, answer: string])[],
  more?: NodeJS.ProcessEnv,
): Promise<Session> {
  const command = `stty cols 120 rows 40; exec '${process.execPath}' '${MAIN}' ${argv}`;
  const script =
    process.platform === "darwin" ? ["-q", "/dev/null", "sh", "-c", command] : ["-qec", command, "/dev/null"];
  const terminal = spawn("script", script, { cwd: folder, env: environment(more), stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void terminal.kill("SIGKILL"));
  const open = [...answers];
  let printed = "";
  let seen = 0;
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    const [next] = open;
    const at = next === undefined ? -1 : printed.indexOf(next[0], seen);
    if (next === undefined || at < 0) return;
    seen = printed.length;
    open.shift();
    terminal.stdin.write(next[1]);
  });
  const code = await new Promise<number | null>((resolve) => terminal.on("exit", resolve));
  expect(open).toEqual([]);
  return { code, printed };
}

describe("at a terminal", () => {
  it("asks for everything, shows what is wrong with an answer, and takes Enter for what it suggests", async () => {
    const folder = emptyFolder();
    const { code, printed } = await atTerminal(folder, "", [
      ["In which folder?", "tide\r"],
      ["What do agents write in charm.yaml?", "Tide\r"],
      ['got "Tide"', "\u007f\u007f\u007f\u007ftide-log\r"],
      ["What is the backend called?", "\r"],
      ["What does it do", "\r"],
      ["Who are you?", "Ada Harbour\r"],
      ["Under which licence", "\r"],
      ["Where at GitHub", "\r"],
      ["In which language?", "\u001b[B\r"],
    ]);
    expect(code).toBe(0);
    expect(printed).toContain("npm test");
    expect(JSON.parse(read(folder, "tide/.charm-telemetry.json"))).toMatchObject({
      id: "tide-log",
      name: "Tide Log",
      author: "Ada Harbour",
      license: "MIT",
      language: "js",
    });
  });

  it("asks only for what no flag has said", async () => {
    const folder = emptyFolder();
    const flags =
      "tide --id tide --name Tide --author Ada --license ISC --language ts --description 'Says what was done.'";
    const { code } = await atTerminal(folder, flags, [["Where at GitHub", "\r"]]);
    expect(code).toBe(0);
    expect(read(folder, "tide/LICENSE")).toContain("ISC License");
  });

  it("refuses a flag before it asks for anything", async () => {
    const folder = emptyFolder();
    const { code, printed } = await atTerminal(folder, "--license Apache", []);
    expect({ code, printed }).toEqual({ code: 2, printed: expect.stringMatching(/^error license-spdx: /) });
  });

  it("is called off by Ctrl-C, and writes nothing", async () => {
    const folder = emptyFolder();
    const { code, printed } = await atTerminal(folder, "tide", [["What do agents write", "\u0003"]]);
    expect(code).toBe(130);
    expect(printed).toContain("Nothing was written.");
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["--yes", {}],
    ["", { CI: "true" }],
  ])("asks nothing with %j in %j", async (flags, more) => {
    const folder = emptyFolder();
    const { code, printed } = await atTerminal(folder, `tide ${flags}`, [], more);
    expect({ code, asked: printed.includes("?") }).toEqual({ code: 0, asked: false });
    expect(readdirSync(folder)).toEqual(["tide"]);
  });
});

describe("what is packed", () => {
  it("works on its own, and has all of the template", () => {
    const folder = emptyFolder();
    const [packed] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
        cwd: PACKAGE,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as { filename: string; unpackedSize: number }[];
    execFileSync("tar", ["-xzf", join(folder, packed?.filename ?? ""), "-C", folder]);
    symlinkSync(join(PACKAGE, "node_modules"), join(folder, "package/node_modules"));
    const elsewhere = emptyFolder();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, "package/dist/main.js"), "tide", "--json", "--license", "Apache-2.0"],
      { cwd: elsewhere, env: environment(), encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect((JSON.parse(stdout) as { files: string[] }).files).toEqual(filesIn(join(elsewhere, "tide")));
    expect(filesIn(join(elsewhere, "tide"))).toEqual(
      expect.arrayContaining([".gitignore", ".github/workflows/release.yml", "LICENSE", "src/exporter.ts"]),
    );
    expect(read(elsewhere, "tide/LICENSE")).toContain("Apache License");
    expect(packed?.unpackedSize).toBeLessThan(1024 * 1024);
  });

  it("refuses in one line, with the exit code of wrong usage", () => {
    const folder = emptyFolder();
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "tide", "--id", "Foo"], {
      cwd: folder,
      env: environment(),
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error id-format: [^\n]*\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
