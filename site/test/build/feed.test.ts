import { expect, it } from "vitest";
import { readIndex } from "../../src/build/read-index.ts";
import { renderFeed } from "../../src/build/feed.ts";
import { compareText } from "../../src/list/exporter.ts";
import { FIRST_PARTY, factsOf, generated, indexOf } from "../support/entries.ts";
import type { Entry } from "../support/entries.ts";
import { HOSTILE } from "../support/hostile.ts";

const URL = "https://plugins.example/charm/";

function feedOf(entries: readonly Entry[], facts: string | null = factsOf(entries)): string {
  return renderFeed(readIndex(indexOf(entries).toString(), facts ?? undefined).exporters, URL, "2026-10-02T08:00:00Z");
}

it("lists the newest first, fifty of them, each with its page and its date", () => {
  const feed = feedOf([...FIRST_PARTY, ...generated(97)]);
  const dates = [...feed.matchAll(/<published>([^<]+)<\/published>/g)].map(([, date]) => date ?? "");
  expect(dates).toHaveLength(50);
  expect(dates).toEqual(dates.toSorted(compareText).toReversed());
  expect(feed).toContain(`<updated>${dates[0]}</updated><link rel="self"`);
  expect(feed).toMatch(/<entry><title>[^<]+<\/title><id>https:\/\/plugins\.example\/charm\/exporters\/[a-z-]+\/<\/id>/);
});

it("leaves out what nobody knows the date of", () => {
  const feed = feedOf(FIRST_PARTY, null);
  expect(feed).not.toContain("<entry>");
  expect(feed).toContain("<updated>2026-10-02T08:00:00Z</updated>");
});

it("stays XML whatever an entry says", () => {
  const feed = feedOf(HOSTILE.map((each) => ({ ...each, author: "\u0000\u0007\uFFFF]]>&<" })));
  expect(feed).toContain("<title>&lt;/title>&lt;script>alert(1)&lt;/script></title>");
  expect(feed).toContain("<author><name>\uFFFD\uFFFD\uFFFD]]>&amp;&lt;</name></author>");
  const names = [...feed.matchAll(/<\/?([\w:-]+)/g)].map(([, name]) => name);
  const known = [
    "author",
    "category",
    "entry",
    "feed",
    "id",
    "link",
    "name",
    "published",
    "summary",
    "title",
    "updated",
  ];
  expect(names.filter((name) => !known.includes(name ?? ""))).toEqual([]);
});
