import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../src/command.ts";
import { emptyFolder, filesIn, put, read } from "./support/folders.ts";

/** Runs the command without a terminal. */
async function run(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ code: number; out: string; error: string }> {
  let out = "";
  let error = "";
  const code = await main(argv, {
    environment,
    isInteractive: false,
    print: (text) => {
      out += text;
    },
    complain: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

describe("without a terminal", () => {
  it("makes a package from nothing but a folder's name", async () => {
    const folder = join(emptyFolder(), "charm-telemetry-tide");
    const { code, out, error } = await run([folder]);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toContain(`Next:\n\n  cd ${folder}\n  npm install\n  npm test\n`);
    expect(JSON.parse(read(folder, "package.json"))).toMatchObject({ name: "charm-telemetry-tide" });
    expect(readdirSync(folder)).not.toContain("node_modules");
    expect(readdirSync(folder)).not.toContain(".git");
  });

  it.each([
    [[], "error missing-flag: a folder (example: npm create charm-telemetry acme)\n"],
    [["Tide"], "error missing-flag: --id (example: npm create charm-telemetry /"],
    [["tide", "--id", "Foo"], 'error id-format: --id: not an id; got "Foo"'],
    [["tide", "--pm", "foo"], 'error pm-unknown: "foo"; want npm, pnpm, yarn or bun\n'],
    [["tide", "--bogus"], "error usage: Unknown option '--bogus'"],
  ])("refuses %j and writes nothing", async (argv, message) => {
    const folder = emptyFolder();
    const { code, out, error } = await run(argv.map((word, index) => (index === 0 ? join(folder, word) : word)));
    expect({ code, out, error }).toEqual({ code: 2, out: "", error: expect.stringContaining(message) });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a folder that has files, names them, and writes over them when it is forced to", async () => {
    const folder = join(emptyFolder(), "tide");
    put(folder, { "package.json": "{}", "notes.txt": "mine" });
    const refused = await run([folder, "--yes"]);
    expect(refused).toMatchObject({ code: 1, error: expect.stringContaining(`${folder} has notes.txt, package.json`) });
    expect(filesIn(folder)).toEqual(["notes.txt", "package.json"]);
    expect(await run([folder, "--yes", "--force"])).toMatchObject({ code: 0 });
    expect(read(folder, "notes.txt")).toBe("mine");
    expect(JSON.parse(read(folder, "package.json"))).toHaveProperty("name", "charm-telemetry-tide");
  });

  it("lists what it would write, and writes nothing", async () => {
    const folder = emptyFolder();
    const { code, out } = await run([join(folder, "tide"), "--dry-run", "--install", "--git"]);
    expect(code).toBe(0);
    expect(out).toContain("would have:\n  .charm-telemetry.json\n  .github/workflows/ci.yml\n");
    expect(out).toContain("  .gitignore\n");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("prints JSON alone", async () => {
    const folder = join(emptyFolder(), "tide");
    const { out } = await run([folder, "--json", "--language", "js", "--pm", "pnpm"]);
    expect(JSON.parse(out)).toEqual({
      directory: folder,
      package: "charm-telemetry-tide",
      id: "tide",
      language: "js",
      packageManager: "pnpm",
      dryRun: false,
      files: filesIn(folder),
      next: [`cd ${folder}`, "pnpm install", "pnpm test"],
    });
  });

  it("prints its errors as JSON too", async () => {
    const { code, out, error } = await run([join(emptyFolder(), "tide"), "--json", "--id", "Foo"]);
    expect({ code, error }).toEqual({ code: 2, error: "" });
    expect(JSON.parse(out)).toEqual({ error: { rule: "id-format", message: expect.stringContaining('"Foo"') } });
  });

  it("is understood without npm's --", async () => {
    const folder = join(emptyFolder(), "tide");
    const environment = { npm_command: "init", npm_config_language: "js", npm_config_json: "true" };
    expect(JSON.parse((await run([folder], environment)).out)).toMatchObject({ language: "js" });
  });

  it("takes the repository of a folder that git keeps already", async () => {
    const folder = join(emptyFolder(), "tide");
    execFileSync("git", ["init", "--quiet", folder]);
    execFileSync("git", ["-C", folder, "remote", "add", "origin", "git@github.com:harbour/exporter.git"]);
    expect(await run([folder])).toMatchObject({ code: 0 });
    expect(JSON.parse(read(folder, "package.json"))).toMatchObject({
      repository: { url: "git+https://github.com/harbour/exporter.git" },
    });
  });

  it("initialises git when it is told to", async () => {
    const folder = join(emptyFolder(), "tide");
    expect(await run([folder, "--git"])).toMatchObject({ code: 0 });
    expect(read(folder, ".git/HEAD")).toBe("ref: refs/heads/main\n");
  });

  it("says what it is", async () => {
    expect(await run(["--help"])).toMatchObject({ code: 0, out: expect.stringContaining("--language <ts|js>") });
    expect(await run(["--version"])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe("the installation", () => {
  /** A package manager that writes down how it was called. */
  function fakeManager(script: string): string {
    const folder = emptyFolder();
    put(folder, { pnpm: `#!/bin/sh\n${script}\n` });
    chmodSync(join(folder, "pnpm"), 0o755);
    return folder;
  }

  async function withPath<T>(folder: string, work: () => Promise<T>): Promise<T> {
    const before = process.env["PATH"];
    process.env["PATH"] = `${folder}${delimiter}${before}`;
    try {
      return await work();
    } finally {
      process.env["PATH"] = before;
    }
  }

  it("is that of the package manager, in the new folder", async () => {
    const folder = join(emptyFolder(), "tide");
    const manager = fakeManager('echo "$@" > called');
    const { code, out } = await withPath(manager, () => run([folder, "--pm", "pnpm", "--install"]));
    expect(code).toBe(0);
    expect(read(folder, "called")).toBe("install\n");
    expect(out).toContain(`  cd ${folder}\n  pnpm test\n  pnpm run check`);
  });

  it("that fails is an error, and the files stay", async () => {
    const folder = join(emptyFolder(), "tide");
    const { code, error } = await withPath(fakeManager("exit 7"), () => run([folder, "--pm", "pnpm", "--install"]));
    expect(code).toBe(1);
    expect(error).toBe(
      `error install: the files are written, but pnpm install failed: it ended with 7 (fix: cd ${folder} && pnpm install)\n`,
    );
    expect(existsSync(join(folder, "package.json"))).toBe(true);
  });
});
