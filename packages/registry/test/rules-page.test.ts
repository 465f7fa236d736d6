import { join } from "node:path";
import { expect, it } from "vitest";
import { RULES } from "../src/rules/table.ts";
import { rulesPage } from "./support/rules-page.ts";

const PAGE = join(import.meta.dirname, "../../../docs/registry-rules.md");

// `vitest -u` writes the page anew.
it("docs/registry-rules.md is made of the rules and of the entries that they are tested with", async () => {
  await expect(rulesPage()).toMatchFileSnapshot(PAGE);
});

it("has a heading for every rule, in the table's order, and no other", () => {
  const headings = [...rulesPage().matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(Object.keys(RULES));
});
