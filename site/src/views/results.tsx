import { Fragment } from "preact";
import type { JSX } from "preact";
import { INITIAL, hrefOf, isFiltered } from "../list/state.ts";
import type { ListState } from "../list/state.ts";
import type { ListView } from "../list/view.ts";
import { count, exporters } from "./badges.tsx";
import { Card } from "./card.tsx";

export interface ResultsProperties {
  readonly view: ListView;
  readonly base: string;
}

export function Results({ view, base }: ResultsProperties): JSX.Element {
  const { state, matching, listed } = view;
  return (
    <section class="results" id="results" aria-labelledby="results-title">
      <header class="results-head">
        <h2 id="results-title" tabIndex={-1}>
          <span role="status">
            {isFiltered(state) ? `${exporters(matching)} of ${count(listed)}` : exporters(listed)}
          </span>
        </h2>
        {isFiltered(state) ? (
          <a class="clear" href={hrefOf({ ...INITIAL, sort: state.sort }, base)}>
            Clear search and filters
          </a>
        ) : null}
      </header>
      {matching === 0 ? (
        <Empty view={view} base={base} />
      ) : (
        <ul class="cards">
          {view.exporters.map((exporter) => (
            <Card key={exporter.id} exporter={exporter} base={base} />
          ))}
        </ul>
      )}
      <Pages view={view} base={base} />
    </section>
  );
}

/** Says what was asked for, and each way out of it. */
function Empty({ view: { state, listed }, base }: ResultsProperties): JSX.Element {
  const ways: { label: string; state: ListState }[] = [
    ...(state.query.trim() === ""
      ? []
      : [{ label: `without “${state.query.trim()}”`, state: { ...state, query: "" } }]),
    ...state.tags.map((tag) => ({
      label: `without the tag ${tag}`,
      state: { ...state, tags: state.tags.filter((each) => each !== tag) },
    })),
    ...(state.status === "" ? [] : [{ label: "of any status", state: { ...state, status: "" } }]),
    ...(state.license === "" ? [] : [{ label: "of any licence", state: { ...state, license: "" } }]),
    ...(state.isVerified ? [{ label: "verified or not", state: { ...state, isVerified: false } }] : []),
  ];
  return (
    <div class="empty">
      <svg viewBox="0 0 120 40" aria-hidden="true">
        <path d="M4 20h30l6-12 9 26 8-20 5 6h54" />
      </svg>
      <p class="empty-title">{listed === 0 ? "No exporter is listed yet." : "Nothing on this frequency."}</p>
      {ways.length === 0 ? null : (
        <p>
          Look again{" "}
          {ways.map((way, index) => (
            <Fragment key={way.label}>
              {index === 0 ? "" : index === ways.length - 1 ? " or " : ", "}
              <a href={hrefOf({ ...way.state, page: 1 }, base)}>{way.label}</a>
            </Fragment>
          ))}
          .
        </p>
      )}
      <p>
        Is your backend missing? <code>npm create charm-telemetry</code> makes a package for it.
      </p>
    </div>
  );
}

function Pages({ view: { state, pages }, base }: ResultsProperties): JSX.Element | null {
  if (pages === 1) return null;
  const numbers = [1, state.page - 1, state.page, state.page + 1, pages].filter((page) => page >= 1 && page <= pages);
  return (
    <nav class="pages" aria-label="Pages">
      {state.page > 1 ? (
        <a rel="prev" href={hrefOf({ ...state, page: state.page - 1 }, base)}>
          Previous
        </a>
      ) : null}
      <ol>
        {[...new Set(numbers)].map((page) => (
          <li key={page}>
            <a
              href={hrefOf({ ...state, page }, base)}
              aria-label={`Page ${page} of ${pages}`}
              aria-current={page === state.page ? "page" : undefined}
            >
              {page}
            </a>
          </li>
        ))}
      </ol>
      {state.page < pages ? (
        <a rel="next" href={hrefOf({ ...state, page: state.page + 1 }, base)}>
          Next
        </a>
      ) : null}
    </nav>
  );
}
