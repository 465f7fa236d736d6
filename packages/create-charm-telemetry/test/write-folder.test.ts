import { readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkFolder, writeFolder } from "../src/write-folder.ts";
import { emptyFolder, filesIn, put, read } from "./support/folders.ts";

const FILES = new Map([
  ["README.md", "# new\n"],
  ["src/index.ts", "export {};\n"],
  ["test/a/b.ts", ""],
]);
/** The last one cannot be written: a file stands where its folder would be. */
const BROKEN = new Map([...FILES, ["README.md/x", ""]]);

describe("checkFolder", () => {
  it("takes a folder that does not exist, is empty or has what is in nobody's way", () => {
    const folder = emptyFolder();
    put(folder, { ".git/HEAD": "", ".DS_Store": "" });
    expect(() => checkFolder(folder, ".", false)).not.toThrow();
    expect(() => checkFolder(join(folder, "a/b"), "a/b", false)).not.toThrow();
  });

  it("names what is in the way, up to five", () => {
    const folder = emptyFolder();
    put(folder, { "package.json": "{}" });
    expect(() => checkFolder(folder, "./x", false)).toThrow(/^\.\/x has package\.json \(fix: /);
    put(folder, { a: "", b: "", c: "", d: "", e: "", f: "" });
    expect(() => checkFolder(folder, "./x", false)).toThrow("./x has a, b, c, d, e and 2 more");
    expect(() => checkFolder(folder, "./x", true)).not.toThrow();
  });

  it("refuses a file, and a folder in a file", () => {
    const folder = emptyFolder();
    put(folder, { file: "" });
    expect(() => checkFolder(join(folder, "file"), "file", true)).toThrow("file is a file");
    expect(() => checkFolder(join(folder, "file/x"), "file/x", true)).toThrow(/file is a file$/);
  });
});

describe("writeFolder", () => {
  it("makes a folder, and the folders above it", async () => {
    const folder = emptyFolder();
    await writeFolder(join(folder, "a/b"), FILES);
    expect(filesIn(folder)).toEqual(["a/b/README.md", "a/b/src/index.ts", "a/b/test/a/b.ts"]);
    expect(statSync(join(folder, "a/b")).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  it("fills a folder and keeps what is in it", async () => {
    const folder = emptyFolder();
    put(folder, { "README.md": "# old\n", "src/other.ts": "other", ".git/HEAD": "ref" });
    await writeFolder(folder, FILES);
    expect(filesIn(folder)).toEqual(["README.md", "src/index.ts", "src/other.ts", "test/a/b.ts"]);
    expect(read(folder, "README.md")).toBe("# new\n");
    expect(readdirSync(folder)).toContain(".git");
  });

  it("writes nothing through a link that leads elsewhere, and keeps to one that does not", async () => {
    const [folder, elsewhere] = [emptyFolder(), emptyFolder()];
    symlinkSync(elsewhere, join(folder, "src"), "junction");
    await expect(writeFolder(folder, FILES)).rejects.toMatchObject({ rule: "link-outside" });
    expect([filesIn(elsewhere), readdirSync(folder)]).toEqual([[], ["src"]]);
    const link = join(elsewhere, "link");
    const own = emptyFolder();
    symlinkSync(own, link, "junction");
    await writeFolder(link, FILES);
    expect(filesIn(own)).toHaveLength(FILES.size);
  });

  it("makes a folder of the longest name, and leaves nothing of one that is longer", async () => {
    const folder = emptyFolder();
    await writeFolder(join(folder, "x".repeat(255)), FILES);
    await expect(writeFolder(join(folder, "y".repeat(256)), FILES)).rejects.toMatchObject({ rule: "write-failed" });
    expect(readdirSync(folder)).toEqual(["x".repeat(255)]);
  });

  it("leaves nothing of a folder that it could not make", async () => {
    const folder = emptyFolder();
    await expect(writeFolder(join(folder, "a/b"), BROKEN)).rejects.toThrow(/^E[A-Z]+: .*; nothing was written$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves a folder as it was when it could not be filled", async () => {
    const folder = emptyFolder();
    put(folder, { "README.md": "# old\n", "src/other.ts": "other" });
    await expect(writeFolder(folder, BROKEN)).rejects.toThrow(/^E[A-Z]+: .*; nothing was written$/);
    expect(filesIn(folder)).toEqual(["README.md", "src/other.ts"]);
    expect(read(folder, "README.md")).toBe("# old\n");
  });

  it("puts back what it has moved when a later file has no place", async () => {
    const folder = emptyFolder();
    put(folder, { "README.md": "# old\n", "test/a": "a file where a folder is wanted" });
    await expect(writeFolder(folder, FILES)).rejects.toThrow(/^E[A-Z]+: .*; nothing was written$/);
    expect(filesIn(folder)).toEqual(["README.md", "test/a"]);
    expect(read(folder, "README.md")).toBe("# old\n");
  });

  it("does not put a file in the place of a folder", async () => {
    const folder = emptyFolder();
    put(folder, { "README.md/kept": "" });
    await expect(writeFolder(folder, FILES)).rejects.toThrow("README.md is a folder here");
    expect(filesIn(folder)).toEqual(["README.md/kept"]);
  });

  it("undoes everything after a signal", async () => {
    const folder = emptyFolder();
    const writing = writeFolder(join(folder, "new"), FILES);
    process.emit("SIGINT");
    await expect(writing).rejects.toMatchObject({ rule: "cancelled", exitCode: 130 });
    expect(readdirSync(folder)).toEqual([]);
    expect(process.listenerCount("SIGINT")).toBe(0);
  });
});
