import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ScaffoldError, formatChange, updateScaffold } from "../../src/index.ts";
import { render } from "../../src/render.ts";
import { loadTemplate, newestVersion } from "../../src/template.ts";
import type { Template } from "../../src/template.ts";
import { ownRanges } from "../../src/versions.ts";
import { writeFolder } from "../../src/write-folder.ts";
import { ANSWERS, RANGES } from "../support/answers.ts";
import { emptyFolder, filesIn, put, read } from "../support/folders.ts";

const newest = newestVersion();
let folder: string;

function commit(): void {
  const git = (...argv: string[]): unknown =>
    execFileSync("git", ["-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...argv]);
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message=x");
}

/** A package that was made from the first version. */
beforeEach(async () => {
  folder = emptyFolder();
  await writeFolder(folder, render(loadTemplate(1) as Template, ANSWERS, RANGES));
});

function update(): ReturnType<typeof updateScaffold> {
  return updateScaffold(folder, { isForced: true });
}

async function refused(work: Promise<unknown>): Promise<ScaffoldError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ScaffoldError);
  return error as ScaffoldError;
}

describe("updateScaffold", () => {
  it("makes of an untouched package what the template makes today", async () => {
    const report = await update();
    expect(report).toMatchObject({ from: 1, to: newest });
    const today = render(loadTemplate() as Template, ANSWERS, ownRanges());
    expect(filesIn(folder)).toEqual([...today.keys()].toSorted());
    for (const [path, text] of today) expect(`${path}\n${read(folder, path)}`).toBe(`${path}\n${text}`);
  });

  it("has nothing to do a second time", async () => {
    await update();
    expect(await update()).toEqual({ from: newest, to: newest, changes: [] });
  });

  it("keeps what people have changed, under its new name", async () => {
    const packageJson = JSON.parse(read(folder, "package.json")) as {
      scripts: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    packageJson.scripts["check:package"] = "charm-telemetry prepublish --json";
    packageJson.devDependencies["vitest"] = "4.9.9";
    put(folder, {
      "package.json": `${JSON.stringify({ ...packageJson, version: "3.2.1" }, undefined, 2)}\n`,
      "src/encode.ts": "export const mine = true;\n",
      "README.md": read(folder, "README.md").replace("## What is sent", "## What is sent by us"),
    });
    const { changes } = await update();
    expect(changes.filter(({ kind }) => kind === "conflict")).toEqual([]);
    expect(JSON.parse(read(folder, "package.json"))).toMatchObject({
      version: "3.2.1",
      scripts: { "check:publish": "charm-telemetry prepublish --json" },
      devDependencies: { vitest: "4.9.9", ...ownRanges() },
    });
    expect(read(folder, "src/encode.ts")).toBe("export const mine = true;\n");
    expect(read(folder, "README.md")).toContain("## What is sent by us");
    expect(read(folder, "README.md")).toContain("npm run check:publish");
  });

  it("keeps yours where it cannot merge, and says where", async () => {
    const path = ".github/workflows/ci.yml";
    const ours = read(folder, path).replace("npm run check:package", "npm run mine");
    put(folder, { [path]: ours });
    const { changes } = await update();
    const conflict = changes.find(({ kind }) => kind === "conflict");
    const line = ours.split("\n").findIndex((each) => each.includes("npm run mine")) + 1;
    expect(conflict && formatChange(conflict)).toBe(`${path}:${line}:1 conflict: kept yours, wrote ${path}.new`);
    expect(read(folder, path)).toBe(ours);
    expect(read(folder, `${path}.new`)).toContain("npm run check:publish");
  });

  it("touches nothing when it is only asked", async () => {
    const before = filesIn(folder).map((path) => read(folder, path));
    put(folder, { "notes.txt": "not committed" });
    const { changes } = await updateScaffold(folder, { isDryRun: true });
    expect(changes.map(formatChange)).toContain("package.json updated");
    expect(
      filesIn(folder)
        .filter((path) => path !== "notes.txt")
        .map((path) => read(folder, path)),
    ).toEqual(before);
  });

  it("wants everything committed, unless it is forced", async () => {
    commit();
    put(folder, { "notes.txt": "not committed" });
    const error = await refused(updateScaffold(folder));
    expect({ text: `${error}`, code: error.exitCode }).toEqual({
      text: "error git-dirty: not committed: notes.txt (fix: commit first, or --force)",
      code: 1,
    });
    rmSync(join(folder, "notes.txt"));
    await updateScaffold(folder);
    expect(read(folder, "package.json")).toContain("check:publish");
  });

  it("wants a folder that git keeps, unless it is forced", async () => {
    expect(`${await refused(updateScaffold(folder))}`).toBe(
      "error git-dirty: git does not keep this folder (fix: commit first, or --force)",
    );
    await updateScaffold(folder, { isForced: true });
    expect(read(folder, "package.json")).toContain("check:publish");
  });

  it("leaves the line ends of a file as they are", async () => {
    put(folder, { "README.md": read(folder, "README.md").replaceAll("\n", "\r\n") });
    await update();
    expect(read(folder, "README.md")).toContain("npm run check:publish");
    expect(read(folder, "README.md").replaceAll("\r\n", "")).not.toContain("\n");
  });

  it("leaves the folder as it was when it cannot write", async () => {
    put(folder, { "README.md.new/kept": "", ".gitignore": "README.md.new\n" });
    put(folder, { "README.md": "# all mine\n" });
    const before = filesIn(folder);
    expect((await refused(update())).rule).toBe("dir-not-empty");
    expect(filesIn(folder)).toEqual(before);
    expect(read(folder, "package.json")).toContain("check:package");
  });

  it.each([
    ["{", "it is not JSON"],
    ["[]", "it is not an object"],
    ['{"template":1,"language":"py"}', '"language" is neither "ts" nor "js"'],
    ['{"language":"ts","packageManager":"npm"}', '"template" is not a number'],
  ])("makes nothing of a record that says %s", async (text, message) => {
    put(folder, { ".charm-telemetry.json": text });
    const error = await refused(update());
    expect(error).toMatchObject({ rule: "scaffold-file", message: expect.stringContaining(message) });
  });

  it.each([
    ["id", 'acme" + process.exit() + "'],
    ["id", "../acme"],
    ["package", "charm-telemetry-acme\nrun: x"],
    ["package", "@acme/../x"],
    ["name", "Acme\n*/ process.exit()"],
    ["author", "Acme\u0007"],
    ["description", "One\u2028two"],
    ["license", "MIT\n# Mine"],
    ["repository", 'https://github.com/acme/x"; x'],
    ["repository", "https://github.com/acme/.."],
    ["repository", "https://reef.test/acme/x"],
  ])("makes no files of a record whose %s is %j", async (key, value) => {
    const record = JSON.parse(read(folder, ".charm-telemetry.json")) as object;
    put(folder, { ".charm-telemetry.json": JSON.stringify({ ...record, [key]: value }) });
    const before = filesIn(folder);
    const { rule, message } = await refused(update());
    expect(rule).toBe("scaffold-file");
    expect(message).toMatch(new RegExp(`^\\.charm-telemetry\\.json: "${key}" [^\\p{Cc}]+ \\(fix: `, "u"));
    expect(filesIn(folder)).toEqual(before);
  });

  it("takes ids and packages that today's registry would not list", async () => {
    const record = JSON.parse(read(folder, ".charm-telemetry.json")) as object;
    put(folder, { ".charm-telemetry.json": JSON.stringify({ ...record, id: "dataddog", package: "tide-log" }) });
    await update();
    expect(JSON.parse(read(folder, ".charm-telemetry.json"))).toMatchObject({ template: newest, id: "dataddog" });
  });

  it("knows what it does not know", async () => {
    const record = JSON.parse(read(folder, ".charm-telemetry.json")) as object;
    put(folder, { ".charm-telemetry.json": JSON.stringify({ ...record, template: newest + 1, language: "of then" }) });
    expect((await refused(update())).rule).toBe("template-newer");
    expect(await refused(updateScaffold(emptyFolder()))).toMatchObject({ rule: "not-a-scaffold", exitCode: 2 });
  });

  it("updates a package in JavaScript, for its own package manager", async () => {
    folder = emptyFolder();
    const answers = { ...ANSWERS, language: "js", packageManager: { name: "pnpm", version: "9.1.0" } } as const;
    await writeFolder(folder, render(loadTemplate(1) as Template, answers, RANGES));
    await update();
    expect(read(folder, ".github/workflows/ci.yml")).toContain("npx --yes pnpm@9.1.0 run check:publish");
    expect(filesIn(folder).filter((path) => path.endsWith(".ts"))).toEqual([]);
  });
});
