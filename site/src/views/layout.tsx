import type { ComponentChildren, JSX } from "preact";
import { Brand } from "./signal.tsx";

/** Where things are, for all pages. */
export interface Place {
  /** The path of the site's root, such as `/` or `/charm-telemetry-js/`. */
  readonly base: string;
  /** The address of the site's root, with its scheme. */
  readonly url: string;
  /** Paths of the scripts and the style, from the root. */
  readonly assets: Assets;
  /** The repository's page, without a slash at its end. */
  readonly repository: string;
  readonly policy: string;
}

export interface Assets {
  readonly boot: string;
  readonly page: string;
  readonly browse: string;
  readonly style: string;
  readonly icon: string;
}

export interface LayoutProperties {
  readonly place: Place;
  readonly title: string;
  readonly description: string;
  /** From the root; none for pages that have no address of their own. */
  readonly path?: string;
  readonly hasList?: boolean;
  readonly children: ComponentChildren;
}

export function Layout({ place, title, description, path, hasList = false, children }: LayoutProperties): JSX.Element {
  const { base, url, assets, repository, policy } = place;
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <meta name="description" content={description} />
        <meta property="og:title" content={title} />
        <meta property="og:description" content={description} />
        {path === undefined ? <meta name="robots" content="noindex" /> : <link rel="canonical" href={url + path} />}
        <link rel="icon" type="image/svg+xml" href={base + assets.icon} />
        <link rel="alternate" type="application/atom+xml" title="New exporters" href={`${base}feed.xml`} />
        <link rel="stylesheet" href={base + assets.style} />
        <script src={base + assets.boot} />
        <script type="module" src={base + assets.page} />
        {hasList ? <script type="module" src={base + assets.browse} /> : null}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="top">
          <div class="wrap">
            <a class="brand" href={base}>
              <Brand />
              <span>
                <i>Charm </i>
                <b>telemetry</b>
              </span>
            </a>
            <nav aria-label="Site">
              <a href={base} aria-current={hasList ? "page" : undefined}>
                Plugins
              </a>
              <a href={`${base}api/`} aria-current={path === "api/" ? "page" : undefined}>
                API
              </a>
            </nav>
            <button class="theme" type="button" data-theme-toggle aria-label="Switch between light and dark">
              <svg viewBox="0 0 20 20" aria-hidden="true">
                <circle cx="10" cy="10" r="6.5" />
                <path d="M10 3.5a6.5 6.5 0 0 1 0 13z" />
              </svg>
            </button>
          </div>
        </header>
        <main id="main" class="wrap" tabIndex={-1}>
          {children}
        </main>
        <footer class="foot">
          <div class="wrap">
            <p>
              Listed by the community, checked by one validator.{" "}
              <a href={`${repository}/tree/main/registry/telemetry#readme`} rel="noopener">
                List yours
              </a>
            </p>
            <p>
              <a href={`${base}feed.xml`}>Feed of new exporters</a>
              <a href={`${base}api/`}>Registry as JSON</a>
              <a href={repository} rel="noopener">
                GitHub
              </a>
            </p>
          </div>
        </footer>
        <p class="unseen" role="status" data-announcer />
      </body>
    </html>
  );
}
