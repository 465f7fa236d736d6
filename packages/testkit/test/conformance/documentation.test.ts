import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CONFORMANCE_CASES } from "../../src/conformance/cases.ts";

const page = await readFile(join(import.meta.dirname, "../../../../docs/conformance.md"), "utf8");

test("each case has a heading, in the order in which they run, and begins with what it asks", () => {
  const sections = [...page.matchAll(/^### (\S+)\n\n(.*)\n/gm)].map(([, id, first]) => ({ id, first }));
  expect(sections).toEqual(CONFORMANCE_CASES.map(({ id, title }) => ({ id, first: `It ${title}.` })));
});

test("each case says why, and how to mend it", () => {
  for (const section of page.split(/^### /m).slice(1))
    expect(section).toMatch(/^\S+\n\n.+\n\n.+\n\n_To mend it:_ .+\n/);
});

test("no case has the id of another, or comes after one that runs later", () => {
  const ids = CONFORMANCE_CASES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  CONFORMANCE_CASES.forEach(({ id, after = [] }, index) => {
    for (const other of after) expect([id, other, ids.slice(0, index).includes(other)]).toEqual([id, other, true]);
  });
});
