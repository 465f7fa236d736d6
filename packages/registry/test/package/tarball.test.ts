import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { openTarball } from "../../src/package/tarball.ts";
import { archive, packageTarball, paxPath, tarball } from "./make-tarball.ts";
import type { TarEntry } from "./make-tarball.ts";

async function messages(entries: readonly TarEntry[]): Promise<string[]> {
  const { problems } = await openTarball(tarball(entries));
  return problems.map(({ message }) => message);
}

const file = (path: string | Uint8Array): TarEntry => ({ path, content: "x" });

it("gives a package's files by their paths in it", async () => {
  const { files, problems } = await openTarball(
    packageTarball({ "package.json": { name: "acme" }, "dist/index.js": "export {};", "dist/ü.js": "" }),
  );
  expect(problems).toEqual([]);
  expect([...(files ?? [])].map(([path, bytes]) => [path, bytes.byteLength])).toEqual([
    ["package.json", 20],
    ["dist/index.js", 10],
    ["dist/ü.js", 0],
  ]);
});

it("ends a name at a NUL, as npm does", async () => {
  const { files } = await openTarball(tarball([paxPath("package/x\0/../../y"), file("package/z")]));
  expect([...(files?.keys() ?? [])]).toEqual(["x"]);
});

describe("refuses a tarball with", () => {
  it.each([
    [
      "a path that leads out",
      [file("package/../../etc/passwd")],
      '"package/../../etc/passwd" leads out of the package',
    ],
    ["a path that begins with two dots", [file("../x")], '"../x" leads out of the package'],
    ["an absolute path", [file("/etc/passwd")], '"/etc/passwd" is an absolute path'],
    ["a drive", [file("C:/x/y")], '"C:/x/y" is an absolute path'],
    ["a backslash", [file("package/..\\..\\x")], '"package/..\\..\\x" has a backslash'],
    ["empty segments", [file("package//x")], '"package//x" is not a plain path'],
    ["a file beside the package", [file("x")], '"x" is in no folder'],
    ["a line end", [file("package/x\ny")], '"package/x\\u{A}y" has control characters'],
    ["bytes that are no UTF-8", [file(Buffer.from([0x70, 0x2f, 0xc3, 0x28]))], '"p/\uFFFD(" is not UTF-8'],
    ["an endless path", [paxPath(`package/${"d/".repeat(300)}x`), file("package/y")], "is too long"],
    ["a long name", [paxPath(`package/${"語".repeat(90)}`), file("package/y")], "is too long"],
    [
      "a symbolic link",
      [{ path: "package/x", type: "2", link: "/etc/passwd" }],
      '"package/x" is a link to "/etc/passwd"',
    ],
    ["a hard link", [{ path: "package/x", type: "1", link: "../../y" }], '"package/x" is a link to "../../y"'],
    ["a device", [{ path: "package/x", type: "3" }], '"package/x" is no file (CharacterDevice)'],
    ["a FIFO", [{ path: "package/x", type: "6" }], '"package/x" is no file (FIFO)'],
    ["a name twice", [file("package/x"), file("package/x")], '"x" and "x" are in each other\'s way'],
    ["a name twice, in two folders", [file("package/x"), file("other/x")], '"x" and "x" are in each other\'s way'],
    ["names that differ in case", [file("package/a.js"), file("package/A.js")], '"A.js" and "a.js"'],
    ["folders that differ in case", [file("package/d/a"), file("package/D/b")], '"D" and "d" differ in case alone'],
    ["a file that is a folder too", [file("package/x"), file("package/x/y")], '"x/y" and "x"'],
    ["a folder that is a file too", [file("package/x/y"), file("package/x")], '"x" and "x"'],
  ] satisfies [string, TarEntry[], string][])("%s", async (_, entries, message) => {
    expect(await messages([file("package/package.json"), ...entries])).toEqual([expect.stringContaining(message)]);
  });

  it("a size that it does not have", async () => {
    expect(await messages([{ path: "package/x", content: "x", size: 8_000_000_000 }])).toEqual([
      expect.stringContaining("cannot be read"),
    ]);
  });

  it("too many files", async () => {
    const entries = Array.from({ length: 12 }, (_, index) => file(`package/${index}`));
    const { problems } = await openTarball(tarball(entries), { maxFiles: 10 });
    expect(problems).toMatchObject([{ rule: "tarball", message: "has 12 entries, the limit is 10" }]);
  });

  it("more than it seems to hold", async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(50_000);
    const { problems } = await openTarball(bomb);
    expect(problems).toMatchObject([{ message: `${bomb.length} bytes unpack to more than 33554432` }]);
  });

  it("more bytes than it may have", async () => {
    const { problems } = await openTarball(Buffer.alloc(101), { maxPackedBytes: 100 });
    expect(problems).toMatchObject([{ message: "has 101 bytes, the limit is 100" }]);
  });

  it("no archive in it", async () => {
    expect((await openTarball(Buffer.from("PK"))).problems).toMatchObject([
      { message: "is not compressed with gzip, or broken" },
    ]);
    expect((await openTarball(gzipSync("hello".repeat(200)))).problems).toMatchObject([{ rule: "tarball" }]);
  });
});

it("says of bytes that were changed anywhere what is wrong, or reads them, and never fails", async () => {
  const good = archive([file("package/package.json"), file("package/dist/index.js")]);
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.uint8Array({ maxLength: 40 }), async (at, noise) => {
      const changed = Buffer.from(good);
      changed.set(noise.subarray(0, changed.length - at), at);
      const opened = await openTarball(gzipSync(changed));
      expect(opened.files !== undefined || opened.problems.length > 0).toBe(true);
      for (const path of opened.files?.keys() ?? []) expect(path).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)|\\/);
    }),
    { numRuns: 200 },
  );
});
