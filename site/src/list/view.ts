import { compareText } from "./exporter.ts";
import type { ListedExporter } from "./exporter.ts";
import type { Search } from "./search.ts";
import { INITIAL } from "./state.ts";
import type { ListState, Sort } from "./state.ts";

const PAGE_SIZE = 50;
const SHOWN_TAGS = 16;

/** A value that one can filter by, and how many of the exporters in view have it. */
export interface Choice {
  readonly value: string;
  readonly count: number;
}

/** Everything that the page of the list shows. */
export interface ListView {
  /** With the page that there is, if another was asked for. */
  readonly state: ListState;
  readonly exporters: readonly ListedExporter[];
  /** How many match, on all pages. */
  readonly matching: number;
  /** How many are listed. */
  readonly listed: number;
  readonly pages: number;
  /** The most frequent ones, and those that are chosen. */
  readonly tags: readonly Choice[];
  readonly licenses: readonly Choice[];
  readonly statuses: readonly Choice[];
  readonly verified: number;
  readonly sorts: readonly Sort[];
}

/**
 * @param exporters by name.
 * @param search needed for a query; without it everything is found.
 */
export function viewOf(exporters: readonly ListedExporter[], state: ListState, search?: Search): ListView {
  const found = searched(exporters, state.query, search);
  const matching = meant(found, state);
  const sorted = state.sort === "match" ? matching : matching.toSorted(COMPARE[state.sort]);
  const pages = Math.max(1, Math.ceil(sorted.length / PAGE_SIZE));
  const page = Math.min(state.page, pages);
  return {
    state: { ...state, page },
    exporters: sorted.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    matching: sorted.length,
    listed: exporters.length,
    pages,
    tags: tagsOf(matching, state.tags),
    // What a filter would leave is counted without that filter itself: else all others would be at 0.
    licenses: choices(meant(found, { ...state, license: INITIAL.license }).map((each) => each.license)),
    statuses: choices(meant(found, { ...state, status: INITIAL.status }).map((each) => each.status)),
    verified: meant(found, { ...state, isVerified: INITIAL.isVerified }).filter((each) => each.verified).length,
    sorts: exporters.some((each) => each.downloads !== undefined)
      ? ["match", "newest", "downloads"]
      : ["match", "newest"],
  };
}

/** Every page of the whole list; what there is to choose from is the same on all. */
export function allPages(exporters: readonly ListedExporter[]): ListView[] {
  const first = viewOf(exporters, INITIAL);
  return Array.from({ length: first.pages }, (_, at) => ({
    ...first,
    state: { ...INITIAL, page: at + 1 },
    exporters: exporters.slice(at * PAGE_SIZE, (at + 1) * PAGE_SIZE),
  }));
}

function searched(
  exporters: readonly ListedExporter[],
  query: string,
  search: Search | undefined,
): readonly ListedExporter[] {
  if (query.trim() === "" || search === undefined) return exporters;
  const byId = new Map(exporters.map((each) => [each.id, each]));
  return search(query).flatMap((id) => byId.get(id) ?? []);
}

function meant(exporters: readonly ListedExporter[], state: ListState): readonly ListedExporter[] {
  const { tags, status, license, isVerified } = state;
  return exporters.filter(
    (exporter) =>
      tags.every((tag) => exporter.tags.includes(tag)) &&
      (status === "" || exporter.status === status) &&
      (license === "" || exporter.license === license) &&
      (!isVerified || exporter.verified),
  );
}

type Compare = (left: ListedExporter, right: ListedExporter) => number;

/** Sorting is stable: what is equal stays in the order of the hits, or of the names. */
const COMPARE: Record<Exclude<Sort, "match">, Compare> = {
  newest: (left, right) => compareText(right.first_listed ?? "", left.first_listed ?? ""),
  downloads: (left, right) => (right.downloads ?? -1) - (left.downloads ?? -1),
};

function choices(values: readonly string[]): Choice[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((left, right) => right.count - left.count || compareText(left.value, right.value));
}

/** Chosen tags come first and stay in view, also when nothing matches. */
function tagsOf(matching: readonly ListedExporter[], chosen: readonly string[]): Choice[] {
  const all = choices(matching.flatMap((each) => each.tags));
  const kept = chosen.map((value) => ({ value, count: all.find((each) => each.value === value)?.count ?? 0 }));
  return [...kept, ...all.filter(({ value }) => !chosen.includes(value))].slice(0, Math.max(SHOWN_TAGS, chosen.length));
}
