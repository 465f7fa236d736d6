import type { JSX } from "preact";
import type { Choice, ListView } from "../list/view.ts";
import { count, exporters } from "./badges.tsx";

/** The search and its filters. A form, so that what is chosen is named once, for the form and the address. */
export function SearchField({ view }: { readonly view: ListView }): JSX.Element {
  return (
    <div class="search">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="8.75" cy="8.75" r="5.25" />
        <path d="m13 13 4 4" />
      </svg>
      <label class="unseen" for="q">
        Search exporters
      </label>
      <input
        id="q"
        name="q"
        type="search"
        value={view.state.query}
        placeholder={`Search ${exporters(view.listed)}`}
        maxLength={200}
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        enterKeyHint="search"
        aria-keyshortcuts="/"
        aria-controls="results"
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

export function Filters({ view }: { readonly view: ListView }): JSX.Element {
  const { state, tags, licenses, statuses, verified, sorts } = view;
  return (
    <div class="filters" id="filters" role="group" aria-label="Filters">
      <div class="field">
        <label for="sort">Sort by</label>
        <select id="sort" name="sort" value={state.sort} autoComplete="off">
          {sorts.map((sort) => (
            <option key={sort} value={sort}>
              {sort === "match" && state.query.trim() === "" ? "Name" : SORT_LABELS[sort]}
            </option>
          ))}
        </select>
      </div>
      <Select name="status" label="Status" all="Any status" chosen={state.status} choices={statuses} />
      <Select name="license" label="Licence" all="Any licence" chosen={state.license} choices={licenses} />
      <label class="switch">
        <input type="checkbox" name="verified" value="1" checked={state.isVerified} autoComplete="off" />
        <span>
          Verified only <small>{count(verified)}</small>
        </span>
      </label>
      {tags.length > 0 && (
        <fieldset class="choices">
          <legend>Tags</legend>
          <div class="chips">
            {tags.map(({ value, count: matching }) => (
              <label class="chip" key={value}>
                <input
                  type="checkbox"
                  name="tag"
                  value={value}
                  checked={state.tags.includes(value)}
                  autoComplete="off"
                />
                <span>
                  {value} <small>{count(matching)}</small>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </div>
  );
}

const SORT_LABELS = { match: "Best match", newest: "Newest first", downloads: "Most downloads" } as const;

interface SelectProperties {
  readonly name: "status" | "license";
  readonly label: string;
  readonly all: string;
  readonly chosen: string;
  readonly choices: readonly Choice[];
}

function Select({ name, label, all, chosen, choices }: SelectProperties): JSX.Element {
  // What an address asks for stays in view, also when nothing has it.
  const isKnown = chosen === "" || choices.some(({ value }) => value === chosen);
  const options = isKnown ? choices : [...choices, { value: chosen, count: 0 }];
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name} value={chosen} autoComplete="off">
        <option value="">{all}</option>
        {options.map(({ value, count: matching }) => (
          <option key={value} value={value}>
            {`${value} (${count(matching)})`}
          </option>
        ))}
      </select>
    </div>
  );
}
