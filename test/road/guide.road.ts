import { join } from "node:path";
import { expect, it } from "vitest";
import { blocksOf, titleOf } from "../support/guide.ts";
import { readText } from "../support/repository.ts";
import { command } from "./support/command.ts";
import { emptyFolder, personEnvironment, write } from "./support/person.ts";

const PAGE = "docs/first-exporter.md";

it("the page that promises an exporter in fifteen minutes keeps its promise, line by line", async () => {
  const folder = emptyFolder("reader");
  const blocks = blocksOf(readText(PAGE));
  const commands = blocks.filter(({ info }) => info.startsWith("sh run"));
  expect(commands.length).toBeGreaterThan(6);
  const said: { place: string; text: string }[] = [];
  const promised: { place: string; text: string }[] = [];
  for (const [index, block] of blocks.entries()) {
    const title = titleOf(block);
    if (title !== undefined) write(folder, { [title]: block.text });
    if (!block.info.startsWith("sh run")) continue;
    const cwd = join(folder, /\bin=(\S+)/.exec(block.info)?.[1] ?? ".");
    const ended = await command(cwd, "sh", ["-e", "-c", block.text], personEnvironment());
    const place = `${PAGE}:${block.line}`;
    if (ended.code !== 0) throw new Error(`${place} ended with ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
    const next = blocks[index + 1];
    // What npm says before is its own.
    if (next?.info !== "text output" && next?.info !== "text output ends") continue;
    promised.push({ place, text: next.text });
    said.push({ place, text: next.info === "text output" ? ended.stdout : ended.stdout.slice(-next.text.length) });
  }
  expect(said).toEqual(promised);
});
