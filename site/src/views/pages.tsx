import type { JSX } from "preact";
import type { Exporter } from "../list/exporter.ts";
import type { ListView } from "../list/view.ts";
import { CheckedBadge, Day, StatusBadge, VerifiedBadge, count, exporters } from "./badges.tsx";
import { Browse } from "./browse.tsx";
import { Tags, exporterHref } from "./card.tsx";
import { Command } from "./command.tsx";
import { Layout } from "./layout.tsx";
import type { Place } from "./layout.tsx";
import { Signal, Spectrum } from "./signal.tsx";

export interface ListPageProperties {
  readonly place: Place;
  readonly view: ListView;
  /** Path of the list as data, from the root: what the browser searches. */
  readonly data: string;
}

export function ListPage({ place, view, data }: ListPageProperties): JSX.Element {
  const { page } = view.state;
  return (
    <Layout
      place={place}
      title={page === 1 ? "Exporters for Charm agents" : `Exporters for Charm agents, page ${page}`}
      description={`${exporters(view.listed)} that send what an AI agent does to the backend you already use.`}
      path={page === 1 ? "" : `page/${page}/`}
      hasList
    >
      <div class="hero">
        <Spectrum />
        <h1>Send what your agent does to the tools you already use.</h1>
        <p>
          Each exporter is an npm package. Install one, add its name to <code>charm.yaml</code>, and every run, tool
          call and token arrives there.
        </p>
      </div>
      <noscript>
        <p class="notice">Searching and filtering need JavaScript. The whole list is here, fifty to a page.</p>
      </noscript>
      <p class="notice notice-error" id="browse-error" role="alert" hidden>
        The list could not be loaded, so searching does not work. <button type="button">Try again</button>
      </p>
      <div id="browse" data-base={place.base} data-list={place.base + data}>
        <Browse view={view} base={place.base} />
      </div>
    </Layout>
  );
}

export interface ExporterPageProperties {
  readonly place: Place;
  readonly exporter: Exporter;
  /** The one to use instead, if there is one and it is listed. */
  readonly replacement?: Exporter | undefined;
}

export function ExporterPage({ place, exporter, replacement }: ExporterPageProperties): JSX.Element {
  const { id, name, description, npm_package, tags } = exporter;
  return (
    <Layout
      place={place}
      title={`${name}: exporter for Charm agents`}
      description={description}
      path={`exporters/${id}/`}
    >
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href={place.base}>All exporters</a>
      </nav>
      <article class="exporter">
        <div>
          <header>
            <Signal id={id} />
            <div>
              <h1>
                <bdi>{name}</bdi>
              </h1>
              <p class="badges">
                <code class="card-id">{id}</code>
                <VerifiedBadge exporter={exporter} />
                <StatusBadge exporter={exporter} />
                <CheckedBadge exporter={exporter} />
              </p>
            </div>
          </header>
          <p class="lead" dir="auto">
            {description}
          </p>
          <Tags tags={tags} base={place.base} />
          <Notice place={place} exporter={exporter} replacement={replacement} />
          <section aria-labelledby="use">
            <h2 id="use">Use it</h2>
            <Command label="1. In your agent’s folder" text={`npm install ${npm_package}`} />
            <Command label="2. In charm.yaml" text={`runtime:\n  telemetry: [${id}]`} />
            <p class="hint">
              New to telemetry? The agent needs <code>@charm/telemetry-core</code> too:{" "}
              <a href={`${place.repository}/blob/main/docs/agent-guide.md`} rel="noopener">
                read the guide
              </a>
              .
            </p>
          </section>
        </div>
        <Facts exporter={exporter} />
      </article>
    </Layout>
  );
}

function Notice({ place, exporter, replacement }: ExporterPageProperties): JSX.Element | null {
  const { status, reason, isStale } = exporter;
  if (status === "active" && !isStale) return null;
  return (
    <p class="notice">
      {status === "deprecated" ? "This exporter is deprecated." : ""}
      {reason === undefined ? null : (
        <>
          {" "}
          <bdi>{reason}</bdi>
        </>
      )}
      {replacement === undefined ? null : (
        <>
          {" "}
          Use <a href={exporterHref(replacement.id, place.base)}>{replacement.name}</a> instead.
        </>
      )}
      {isStale ? " Its checks have been failing for more than a week." : ""}
    </p>
  );
}

function Facts({ exporter }: { readonly exporter: Exporter }): JSX.Element {
  const { npm_package, version, license, author, github_url, first_listed, last_checked, downloads } = exporter;
  return (
    <section class="aside" aria-labelledby="facts">
      <h2 id="facts">Facts</h2>
      <dl class="facts">
        <Fact name="Package">
          <a href={`https://www.npmjs.com/package/${npm_package}`} rel="noopener">
            {npm_package}
          </a>{" "}
          {version}
        </Fact>
        {github_url === undefined ? null : (
          <Fact name="Source">
            <a href={github_url} rel="noopener">
              {github_url.replace("https://github.com/", "")}
            </a>
          </Fact>
        )}
        <Fact name="Author">
          <bdi>{author}</bdi>
        </Fact>
        <Fact name="Licence">{license}</Fact>
        <Fact name="Provenance">
          {exporter.verified
            ? "Verified: built from its source on GitHub"
            : "Unverified: nothing proves where it was built"}
        </Fact>
        {first_listed === undefined ? null : (
          <Fact name="First listed">
            <Day date={first_listed} />
          </Fact>
        )}
        <Fact name="Last checked">{last_checked === undefined ? "Not yet" : <Day date={last_checked} />}</Fact>
        {downloads === undefined ? null : <Fact name="Downloads">{count(downloads)} last week</Fact>}
      </dl>
    </section>
  );
}

function Fact({
  name,
  children,
}: {
  readonly name: string;
  readonly children: JSX.Element | string | (JSX.Element | string)[];
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function NotFoundPage({ place }: { readonly place: Place }): JSX.Element {
  return (
    <Layout place={place} title="No such page" description="There is no page at this address.">
      <div class="empty">
        <svg viewBox="0 0 120 40" aria-hidden="true">
          <path d="M4 20h30l6-12 9 26 8-20 5 6h54" />
        </svg>
        <h1 class="empty-title">Nothing on this frequency.</h1>
        <p>
          There is no page at this address. <a href={place.base}>See all exporters</a>.
        </p>
      </div>
    </Layout>
  );
}
