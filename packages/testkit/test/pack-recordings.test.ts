import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RECORDING_SOURCES } from "../src/index.ts";

const run = promisify(execFile);
const script = join(import.meta.dirname, "../scripts/pack-recordings.mjs");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordings-"));
});

afterAll(() => rm(folder, { recursive: true }));

test("the pack script says which folders it misses", async () => {
  await mkdir(join(folder, "tau-bench"));
  await expect(run(process.execPath, [script, folder])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("FOLDER must hold: mini-swe-agent, ai-sdk-streams"),
  });
});

test("the pack script packs the files of each source by their paths, in order", async () => {
  for (const source of RECORDING_SOURCES) {
    await mkdir(join(folder, source, "deeper"), { recursive: true });
    await writeFile(join(folder, source, "deeper/b.txt"), `${source} ✈`);
    await writeFile(join(folder, source, "a.json"), "[]");
  }
  await run(process.execPath, [script, folder, folder]);
  for (const source of RECORDING_SOURCES) {
    const packed = brotliDecompressSync(await readFile(join(folder, `${source}.json.br`)));
    expect(JSON.parse(packed.toString())).toEqual([
      { path: "a.json", text: "[]" },
      { path: "deeper/b.txt", text: `${source} ✈` },
    ]);
  }
});
