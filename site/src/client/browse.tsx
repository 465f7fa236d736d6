// Makes the list of the page searchable. Until the data is here, the page is what was built.
import { hydrate, render } from "preact";
import type { ListedExporter } from "../list/exporter.ts";
import { createSearch } from "../list/search.ts";
import type { Search } from "../list/search.ts";
import { INITIAL, hrefOf, isFiltered, stateFrom, stateOf } from "../list/state.ts";
import type { ListState } from "../list/state.ts";
import { viewOf } from "../list/view.ts";
import { Browse } from "../views/browse.tsx";

const IDLE_MS = 1500;

const root = element("browse");
const base = root.dataset["base"] ?? "/";
const title = document.title.replace(/, page \d+$/, "");

whenWanted(() => void start());

/** A person who reaches for the search or comes with one wants it now; else when the browser has nothing to do. */
function whenWanted(begin: () => void): void {
  let isWanted = false;
  const once = (): void => {
    if (isWanted) return;
    isWanted = true;
    begin();
  };
  for (const event of ["pointerdown", "focusin", "input"]) root.addEventListener(event, once, { once: true });
  addEventListener("popstate", once, { once: true });
  if (location.search !== "") return once();
  if ("requestIdleCallback" in window) requestIdleCallback(once, { timeout: IDLE_MS });
  else setTimeout(once, IDLE_MS);
}

async function start(): Promise<void> {
  const problem = element("browse-error");
  try {
    const response = await fetch(root.dataset["list"] ?? "");
    if (!response.ok) throw new Error(`${response.status}`);
    const exporters = (await response.json()) as readonly ListedExporter[];
    const search = await createSearch(exporters);
    problem.hidden = true;
    browse(exporters, search);
    root.dataset["ready"] = "";
  } catch {
    problem.hidden = false;
    problem.querySelector("button")?.addEventListener("click", () => void start(), { once: true });
  }
  delete document.documentElement.dataset["pending"];
}

function browse(exporters: readonly ListedExporter[], search: Search): void {
  const form = root.querySelector("form") as HTMLFormElement;
  const typed = stateFrom(new FormData(form));
  const built = stateOf(new URL(location.pathname, location.href), base) ?? INITIAL;
  let state = addressed();

  hydrate(<Browse view={viewOf(exporters, built)} base={base} />, root);
  // Somebody may have typed before the data was here.
  if (isFiltered(typed)) state = typed;
  show();

  form.addEventListener("input", () => {
    const next = stateFrom(new FormData(form));
    // A search is one step back, however many letters it has.
    const isSameSearch = next.query !== state.query && state.query !== "" && next.query !== "";
    state = next;
    history[isSameSearch ? "replaceState" : "pushState"](null, "", hrefOf(state, base));
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  root.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const next = link === null ? undefined : stateOf(new URL(link.href), base);
    if (next === undefined || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    state = next;
    history.pushState(null, "", hrefOf(state, base));
    show();
    const heading = element("results-title");
    heading.focus({ preventScroll: true });
    if (heading.getBoundingClientRect().top < 0) heading.scrollIntoView();
  });
  addEventListener("popstate", () => {
    state = addressed();
    show();
  });

  function show(): void {
    const view = viewOf(exporters, state, search);
    render(<Browse view={view} base={base} />, root);
    document.title = state.query.trim() === "" ? title : `${state.query.trim()}: ${title}`;
  }
}

function addressed(): ListState {
  return stateOf(new URL(location.href), base) ?? INITIAL;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}
