import { expect, it } from "vitest";
import { createSearch } from "../../src/list/search.ts";
import type { ListedExporter } from "../../src/list/exporter.ts";
import { readIndex } from "../../src/build/read-index.ts";
import { FIRST_PARTY, generated, indexOf } from "../support/entries.ts";

const exporters: readonly ListedExporter[] = readIndex(
  indexOf([
    ...FIRST_PARTY,
    ...generated(97),
    {
      ...FIRST_PARTY[0],
      id: "elan",
      name: "Élan",
      description: "Überblick für Agenten.",
      author: "Jürgen",
      tags: ["日本語"],
    },
  ]).toString(),
).exporters;
const search = await createSearch(exporters);

it.each([
  ["a name", "datadog", "datadog"],
  ["the beginning of a name", "dat", "datadog"],
  ["a name with a mistake in it", "datdog", "datadog"],
  ["the end of a name", "smith", "langsmith"],
  ["a package", "@charm/telemetry-sentry", "sentry"],
  ["words in any order, in any case", "OBSERVABILITY llm Langsmith", "langsmith"],
  ["letters without their accents", "uberblick", "elan"],
  ["letters with accents", "élan", "elan"],
  ["another script", "日本語", "elan"],
])("understands %s", (_, query, expected) => {
  expect(search(query)[0]).toBe(expected);
});

it("finds nothing for what is nowhere", () => {
  expect(search("xylophone")).toEqual([]);
});

it.each(["", " ", "<script>", "((((", "\\", "\u0000", "a".repeat(200), "🙂", "__proto__ constructor"])(
  "takes whatever is typed: %j",
  (query) => {
    expect(Array.isArray(search(query))).toBe(true);
  },
);
