import type { JSX } from "preact";
import { Filters, SearchField } from "./filters.tsx";
import { Results } from "./results.tsx";
import type { ResultsProperties } from "./results.tsx";

/** The list with its search: rendered into the page when the site is built, and again in the browser when it changes. */
export function Browse({ view, base }: ResultsProperties): JSX.Element {
  const { tags, status, license, isVerified } = view.state;
  const filters = tags.length + [status, license].filter(Boolean).length + (isVerified ? 1 : 0);
  return (
    <>
      <form class="finder" role="search" action={base} aria-label="Exporters">
        <SearchField view={view} />
        <button class="filters-toggle" type="button" aria-expanded="false" aria-controls="filters">
          Filters{filters === 0 ? "" : ` (${filters})`}
        </button>
        <Filters view={view} />
      </form>
      <Results view={view} base={base} />
    </>
  );
}
