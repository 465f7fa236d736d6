import type { JSX } from "preact";
import type { ListedExporter } from "../list/exporter.ts";
import { INITIAL, hrefOf } from "../list/state.ts";
import { Day, StatusBadge, VerifiedBadge, count } from "./badges.tsx";
import { Signal } from "./signal.tsx";

/** One exporter in the list. */
export function Card({ exporter, base }: { readonly exporter: ListedExporter; readonly base: string }): JSX.Element {
  const { id, name, description, author, tags, license, version, first_listed, downloads } = exporter;
  return (
    <li class="card">
      <Signal id={id} />
      <div class="card-body">
        <h3>
          <a href={exporterHref(id, base)}>
            <bdi>{name}</bdi>
          </a>
          <code class="card-id">{id}</code>
          <VerifiedBadge exporter={exporter} />
          <StatusBadge exporter={exporter} />
        </h3>
        <p class="card-description" dir="auto">
          {description}
        </p>
        <Tags tags={tags} base={base} />
      </div>
      <dl class="card-facts">
        <div>
          <dt>Author</dt>
          <dd>
            <bdi>{author}</bdi>
          </dd>
        </div>
        <div>
          <dt>Version and licence</dt>
          <dd>
            {version} · {license}
          </dd>
        </div>
        {first_listed === undefined ? null : (
          <div>
            <dt>Listed</dt>
            <dd>
              Listed <Day date={first_listed} />
            </dd>
          </div>
        )}
        {downloads === undefined ? null : (
          <div>
            <dt>Downloads</dt>
            <dd>{count(downloads)} downloads a week</dd>
          </div>
        )}
      </dl>
    </li>
  );
}

export function Tags({ tags, base }: { readonly tags: readonly string[]; readonly base: string }): JSX.Element {
  return (
    <ul class="tags" aria-label="Tags">
      {tags.map((tag) => (
        <li key={tag}>
          <a href={hrefOf({ ...INITIAL, tags: [tag] }, base)}>{tag}</a>
        </li>
      ))}
    </ul>
  );
}

/** @param id has been checked: it is a folder's name. */
export function exporterHref(id: string, base: string): string {
  return `${base}exporters/${id}/`;
}
