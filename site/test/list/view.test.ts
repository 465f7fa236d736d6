import { expect, it } from "vitest";
import { readIndex } from "../../src/build/read-index.ts";
import { compareNames } from "../../src/list/exporter.ts";
import type { ListedExporter } from "../../src/list/exporter.ts";
import { INITIAL } from "../../src/list/state.ts";
import { allPages, viewOf } from "../../src/list/view.ts";
import { FIRST_PARTY, factsOf, generated, indexOf } from "../support/entries.ts";

const entries = [...FIRST_PARTY, ...generated(127)];
const exporters: readonly ListedExporter[] = readIndex(
  indexOf(entries).toString(),
  factsOf(entries),
).exporters.toSorted(compareNames);
const backwards = (): string[] => exporters.map(({ id }) => id).toReversed();

it("is by name when nothing is asked for, and by hit when something is", () => {
  expect(viewOf(exporters, INITIAL).exporters[0]?.name).toBe("Cobalt Desk");
  expect(viewOf(exporters, { ...INITIAL, query: "x" }, backwards).exporters[0]?.id).toBe(exporters.at(-1)?.id);
});

it("counts what each choice would leave, given the other choices", () => {
  const view = viewOf(exporters, { ...INITIAL, license: "MIT", isVerified: true });
  for (const { value, count } of view.licenses)
    expect(viewOf(exporters, { ...INITIAL, license: value, isVerified: true }).matching).toBe(count);
  for (const { value, count } of view.statuses)
    expect(viewOf(exporters, { ...INITIAL, license: "MIT", isVerified: true, status: value }).matching).toBe(count);
  for (const { value, count } of view.tags)
    expect(viewOf(exporters, { ...INITIAL, license: "MIT", isVerified: true, tags: [value] }).matching).toBe(count);
  expect(viewOf(exporters, { ...INITIAL, license: "MIT" }).verified).toBe(view.matching);
});

it("keeps chosen tags in view, first, also when nothing has them", () => {
  expect(viewOf(exporters, { ...INITIAL, tags: ["nobody", "otel"] }).tags).toEqual([
    { value: "nobody", count: 0 },
    { value: "otel", count: 0 },
  ]);
});

it("offers to sort by downloads if they are known", () => {
  expect(viewOf(exporters, INITIAL).sorts).toContain("downloads");
  const unknown = exporters.map((each) => ({ ...each, downloads: undefined }));
  expect(viewOf(unknown, INITIAL).sorts).toEqual(["match", "newest"]);
});

it("shows the last page for one behind it, and one page of nothing", () => {
  expect(viewOf(exporters, { ...INITIAL, page: 99 })).toMatchObject({ state: { page: 3 }, pages: 3 });
  expect(viewOf([], { ...INITIAL, page: 99 })).toMatchObject({ state: { page: 1 }, pages: 1, matching: 0 });
});

it("makes all pages as it makes each", () => {
  const pages = allPages(exporters);
  expect(pages).toHaveLength(3);
  pages.forEach((page, at) => expect(page).toEqual(viewOf(exporters, { ...INITIAL, page: at + 1 })));
});
