import { h } from "preact";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { compareText } from "../list/exporter.ts";
import type { Exporter } from "../list/exporter.ts";

const MOST = 50;
// XML 1.0 has no way to write these.
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/**
 * The newest exporters as an Atom feed.
 *
 * @param url the address of the site's root.
 * @param generatedAt ISO 8601, for a feed without an entry.
 */
export function renderFeed(exporters: readonly Exporter[], url: string, generatedAt: string): string {
  const entries = exporters
    .filter(({ first_listed }) => first_listed !== undefined)
    .toSorted((left, right) => compareText(right.first_listed ?? "", left.first_listed ?? ""))
    .slice(0, MOST);
  const newest = entries[0]?.first_listed;
  const feed = h("feed", { xmlns: "http://www.w3.org/2005/Atom" }, [
    h("title", null, "New exporters for Charm agents"),
    h("id", null, url),
    h("updated", null, newest === undefined ? generatedAt : instant(newest)),
    h("link", { rel: "self", type: "application/atom+xml", href: `${url}feed.xml` }),
    h("link", { rel: "alternate", type: "text/html", href: url }),
    entries.map((exporter) => entryOf(exporter, url)),
  ]);
  return `<?xml version="1.0" encoding="utf-8"?>\n${renderToString(feed)}\n`;
}

function entryOf(exporter: Exporter, url: string): VNode {
  const { id, name, description, author, tags, first_listed = "" } = exporter;
  const address = `${url}exporters/${id}/`;
  return h("entry", null, [
    h("title", null, xml(name)),
    h("id", null, address),
    h("link", { rel: "alternate", type: "text/html", href: address }),
    h("published", null, instant(first_listed)),
    h("updated", null, instant(first_listed)),
    h("author", null, h("name", null, xml(author))),
    h("summary", null, xml(description)),
    tags.map((tag) => h("category", { term: xml(tag) })),
  ]);
}

/** @param date `YYYY-MM-DD` */
function instant(date: string): string {
  return `${date}T00:00:00Z`;
}

function xml(text: string): string {
  return text.replace(NOT_XML, "\u{FFFD}");
}
