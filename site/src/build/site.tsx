import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { publicKeyText } from "@charm/telemetry-registry";
import type { SecretKey } from "@charm/telemetry-registry";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { compareNames } from "../list/exporter.ts";
import type { Exporter, ListedExporter } from "../list/exporter.ts";
import { allPages } from "../list/view.ts";
import { ApiPage } from "../views/api-page.tsx";
import type { Place } from "../views/layout.tsx";
import { ExporterPage, ListPage, NotFoundPage } from "../views/pages.tsx";
import { apiFiles } from "./api.ts";
import { hashed } from "./assets.ts";
import type { BuiltAssets, SiteFile } from "./assets.ts";
import { renderFeed } from "./feed.ts";
import { POLICY_IN_PAGE } from "./headers.ts";
import { readIndex } from "./read-index.ts";

const REPOSITORY = "https://github.com/CharmAIOS/charm-telemetry-js";

export interface SiteOptions {
  /** The registry's index, as it is in its file. */
  readonly index: Uint8Array;
  /** What the checks have found out, as JSON text. */
  readonly facts?: string | undefined;
  /** When each exporter was listed first, by id: `YYYY-MM-DD`. */
  readonly listed?: ReadonlyMap<string, string> | undefined;
  /** The address of the site's root, with a slash at its end. */
  readonly url: string;
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly commit: string;
  /** Without it the index is published unsigned, and says so. */
  readonly key?: SecretKey | undefined;
}

export interface Site {
  readonly files: readonly SiteFile[];
  /** One sentence for each entry that is not shown as it is. */
  readonly problems: readonly string[];
}

/** All files of the site. The same options give the same bytes. */
export function renderSite(options: SiteOptions, { assets, files }: BuiltAssets): Site {
  const { index, url, generatedAt, key } = options;
  const { exporters, problems } = readIndex(new TextDecoder().decode(index), options.facts, options.listed);
  const base = new URL(url).pathname;
  const place: Place = { base, url, assets, repository: REPOSITORY, policy: POLICY_IN_PAGE };
  const byName = exporters.toSorted(compareNames);
  const byId = new Map(exporters.map((exporter) => [exporter.id, exporter]));

  const list = JSON.stringify(byName.map(listedOf));
  const data = { path: hashed("data/list.json", list), content: list };
  const lists = allPages(byName).map((view) => {
    const { page: number } = view.state;
    const path = number === 1 ? "index.html" : `page/${number}/index.html`;
    return page(path, <ListPage place={place} view={view} data={data.path} />);
  });
  const single = exporters.map((exporter) => {
    const replacement = byId.get(exporter.replaced_by ?? "");
    const content = <ExporterPage place={place} exporter={exporter} replacement={replacement} />;
    return page(`exporters/${exporter.id}/index.html`, content);
  });
  const publicKey = key === undefined ? undefined : publicKeyText(key);
  return {
    files: [
      ...files,
      data,
      ...lists,
      ...single,
      page("api/index.html", <ApiPage place={place} publicKey={publicKey} />),
      page("404.html", <NotFoundPage place={place} />),
      { path: "feed.xml", content: renderFeed(exporters, url, generatedAt) },
      ...apiFiles({ ...options, exporters }),
    ],
    problems,
  };
}

/** Replaces what is in the folder. */
export async function writeSite({ files }: Site, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const folders = new Set(files.map(({ path }) => dirname(join(folder, path))));
  await Promise.all([...folders].map((each) => mkdir(each, { recursive: true })));
  await Promise.all(files.map(({ path, content }) => writeFile(join(folder, path), content)));
}

function page(path: string, content: VNode): SiteFile {
  return { path, content: `<!doctype html>\n${renderToString(content)}\n` };
}

function listedOf(exporter: Exporter): ListedExporter {
  const { id, name, description, author, tags, npm_package, version, license, status, verified } = exporter;
  const { first_listed, downloads } = exporter;
  return {
    id,
    name,
    description,
    author,
    tags,
    npm_package,
    version,
    license,
    status,
    verified,
    first_listed,
    downloads,
  };
}
