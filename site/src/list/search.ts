import MiniSearch from "minisearch";
import type { ListedExporter } from "./exporter.ts";

/** So many are indexed before the browser may do something else: about 10 ms. */
const CHUNK = 200;
const FUZZY_LENGTH = 4;
// Marks that are left when accents are taken off letters.
const MARKS = /\p{M}/gu;

/** Finds the ids of what people mean, best first. */
export type Search = (query: string) => readonly string[];

export async function createSearch(exporters: readonly ListedExporter[]): Promise<Search> {
  const index = new MiniSearch<ListedExporter>({
    fields: ["name", "id", "npm_package", "tags", "author", "description"],
    extractField: (exporter, field) => {
      const value: unknown = exporter[field as keyof ListedExporter];
      return Array.isArray(value) ? value.join(" ") : String(value);
    },
    processTerm: plain,
    searchOptions: {
      combineWith: "AND",
      prefix: true,
      fuzzy: (term) => (term.length >= FUZZY_LENGTH ? 0.2 : false),
      boost: { name: 4, id: 4, npm_package: 3, tags: 2 },
    },
  });
  await index.addAllAsync(exporters, { chunkSize: CHUNK });
  const names = exporters.map(({ id, name, npm_package }) => ({ id, text: plain(`${name} ${id} ${npm_package}`) }));

  return (query) => {
    const hits = index.search(query).map((hit) => String(hit.id));
    if (hits.length > 0) return hits;
    // Words are found by their beginning; "dog" is the end of one.
    const part = plain(query.trim());
    return names.filter(({ text }) => text.includes(part)).map(({ id }) => id);
  };
}

function plain(term: string): string {
  return term.normalize("NFKD").replace(MARKS, "").toLowerCase();
}
