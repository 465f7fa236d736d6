import { compareText } from "./exporter.ts";
import type { ListedExporter } from "./exporter.ts";
import type { Search } from "./search.ts";
import { INITIAL } from "./state.ts";
import type { ListState, Sort } from "./state.ts";

export const PAGE_SIZE = 50;
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

/** `search` is needed for states with a query alone. */
export function viewOf(exporters: readonly ListedExporter[], state: ListState, search?: Search): ListView {
  const found = searched(exporters, state.query, search);
  const matching = found.filter((each) => isMeant(each, state));
  const sorted = sort(matching, state);
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
    licenses: choices(without(found, state, "license").map((each) => each.license)),
    statuses: choices(without(found, state, "status").map((each) => each.status)),
    verified: without(found, state, "isVerified").filter((each) => each.verified).length,
    sorts: exporters.some((each) => each.downloads !== undefined)
      ? ["match", "newest", "downloads"]
      : ["match", "newest"],
  };
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

function isMeant(exporter: ListedExporter, { tags, status, license, isVerified }: ListState): boolean {
  return (
    tags.every((tag) => exporter.tags.includes(tag)) &&
    (status === "" || exporter.status === status) &&
    (license === "" || exporter.license === license) &&
    (!isVerified || exporter.verified)
  );
}

function without(
  found: readonly ListedExporter[],
  state: ListState,
  filter: "license" | "status" | "isVerified",
): readonly ListedExporter[] {
  return found.filter((each) => isMeant(each, { ...state, [filter]: INITIAL[filter] }));
}

function sort(exporters: readonly ListedExporter[], state: ListState): readonly ListedExporter[] {
  const isRanked = state.sort === "match" && state.query.trim() !== "";
  return isRanked ? exporters : exporters.toSorted(COMPARE[state.sort]);
}

type Compare = (left: ListedExporter, right: ListedExporter) => number;

const BY_NAME: Compare = (left, right) =>
  compareText(left.name.toLowerCase(), right.name.toLowerCase()) || compareText(left.id, right.id);

const COMPARE: Record<Sort, Compare> = {
  match: BY_NAME,
  newest: (left, right) => compareText(right.first_listed ?? "", left.first_listed ?? "") || BY_NAME(left, right),
  downloads: (left, right) => (right.downloads ?? -1) - (left.downloads ?? -1) || BY_NAME(left, right),
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
