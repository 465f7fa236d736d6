/** `match` is the order of a search's hits; without a search it is by name. */
export type Sort = "match" | "newest" | "downloads";
const SORTS: readonly Sort[] = ["match", "newest", "downloads"];

/** What the list is asked for. All of it is in the address, so that it can be kept, sent and gone back to. */
export interface ListState {
  readonly query: string;
  /** An exporter has to have all of them. */
  readonly tags: readonly string[];
  readonly status: string;
  readonly license: string;
  readonly isVerified: boolean;
  readonly sort: Sort;
  /** From 1. */
  readonly page: number;
}

export const INITIAL: ListState = {
  query: "",
  tags: [],
  status: "",
  license: "",
  isVerified: false,
  sort: "match",
  page: 1,
};

const QUERY_LENGTH = 200;
const MOST_TAGS = 10;

/** Pages of the whole list are files of their own, which work without JavaScript. */
const PAGE_PATH = /^(?:page\/(\d{1,6})\/)?(?:index\.html)?$/;

/** @returns nothing if the address is not of the list. */
export function stateOf(url: URL, base: string): ListState | undefined {
  if (!url.pathname.startsWith(base)) return undefined;
  const path = PAGE_PATH.exec(url.pathname.slice(base.length));
  return path === null ? undefined : stateFrom(url.searchParams, Number(path[1] ?? 1));
}

/** Reads an address or a form: both have the same names. */
export function stateFrom(values: Values, page: number = 1): ListState {
  const sort = values.get("sort");
  return {
    query: text(values.get("q")).slice(0, QUERY_LENGTH),
    tags: [...new Set(values.getAll("tag").map(text))].filter(Boolean).slice(0, MOST_TAGS),
    status: text(values.get("status")),
    license: text(values.get("license")),
    isVerified: values.get("verified") === "1",
    sort: SORTS.find((each) => each === sort) ?? INITIAL.sort,
    page: positive(values.get("page")) ?? page,
  };
}

interface Values {
  get(name: string): unknown;
  getAll(name: string): unknown[];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function positive(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** The one address of a state: what is as it is by default is left out. */
export function hrefOf(state: ListState, base: string): string {
  const values = new URLSearchParams();
  if (state.query.trim() !== "") values.set("q", state.query);
  for (const tag of state.tags) values.append("tag", tag);
  if (state.status !== "") values.set("status", state.status);
  if (state.license !== "") values.set("license", state.license);
  if (state.isVerified) values.set("verified", "1");
  if (state.sort !== INITIAL.sort) values.set("sort", state.sort);
  const isWhole = values.size === 0;
  if (isWhole) return state.page > 1 ? `${base}page/${state.page}/` : base;
  if (state.page > 1) values.set("page", String(state.page));
  return `${base}?${values}`;
}

/** Whether something is left out of the list, or may be. */
export function isFiltered(state: ListState): boolean {
  const { query, tags, status, license, isVerified } = state;
  return query.trim() !== "" || tags.length > 0 || status !== "" || license !== "" || isVerified;
}
