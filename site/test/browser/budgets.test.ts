import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, open, ready } from "../support/browser.ts";
import { FIRST_PARTY, generated } from "../support/entries.ts";
import { served } from "../support/site.ts";
import type { ServedSite } from "../support/site.ts";

const VIEWS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const BUDGET_BYTES = 100 * 1024;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let site: ServedSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([launch(), served([...FIRST_PARTY, ...generated(97)])]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

it("takes at most 100 KB for the first view of a hundred exporters, with all that makes it searchable", async () => {
  const { page, context } = await open(browser, "about:blank");
  const session = await context.newCDPSession(page);
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await session.send("Network.enable");
  await page.goto(site.url);
  await page.locator("#browse[data-ready]").waitFor();
  expect(bytes).toBeGreaterThan(5000);
  expect(bytes).toBeLessThanOrEqual(BUDGET_BYTES);
  await context.close();
});

describe.each(Object.entries(VIEWS))("on a %s", (_, viewport) => {
  it("nothing moves while a page loads", async () => {
    const { page, context } = await open(browser, "about:blank", { viewport });
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
      }).observe({ type: "layout-shift", buffered: true });
    });
    for (const path of ["", "?q=traces&verified=1", "?q=no-such-thing", "page/2/", "exporters/datadog/"]) {
      await page.goto(site.url + path);
      if (!path.startsWith("exporters")) await ready(page);
      expect(`/${path} ${(await shiftsOf(page)).join(" ")}`).toBe(`/${path} `);
    }
    await context.close();
  });
});

/** After two frames: what has moved by then is known. */
function shiftsOf(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    for (const _ of [1, 2]) await new Promise((done) => requestAnimationFrame(done));
    return (window as unknown as { shifts: number[] }).shifts;
  });
}

describe("axe", () => {
  // What is on the pages of a long list is on those of a short one, and axe looks at each element.
  let short: ServedSite;
  beforeAll(async () => {
    short = await served([...FIRST_PARTY, ...generated(23).slice(-5)]);
  });
  afterAll(() => short.close());

  // Colours do not depend on the width, nor names and roles on the colours.
  it.each([
    ["dark", "phone"],
    ["light", "desktop"],
  ] as const)("has no complaint about any page, %s, on a %s", async (colorScheme, view) => {
    const { page, context } = await open(browser, short.url, { colorScheme, viewport: VIEWS[view] });
    const paths = ["", "?q=traces&tag=otel", "?q=no-such-thing", "exporters/juniper-metrics/", "api/", "missing/"];
    for (const path of paths) {
      await page.goto(short.url + path);
      if (path === "" || path.startsWith("?")) await ready(page);
      expect(`/${path} ${await violationsOf(page)}`).toBe(`/${path} `);
    }
    await context.close();
  });
});

it("has pages that axe has no complaint about either", async () => {
  const { page, context } = await open(browser, `${site.url}page/2/`);
  expect(await violationsOf(page, ".pages")).toBe("");
  await context.close();
});

/** Evaluated from outside of the page, so that its policy stays as it is. */
function violationsOf(page: Page, part = "html"): Promise<string> {
  const told = "violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')).join(' | ')";
  return page.evaluate(`${axe}; axe.run("${part}").then(({ violations }) => ${told})`);
}

describe("with 5,000 exporters", () => {
  let large: ServedSite;
  beforeAll(async () => {
    large = await served([...FIRST_PARTY, ...generated(4997)]);
  }, 120_000);
  afterAll(() => large.close());

  it("renders no more than a page of them, whatever is searched", async () => {
    const { page, context, complaints } = await open(browser, large.url);
    await ready(page);
    const nodes = (): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length);
    for (const query of ["", "t", "tr", "traces", "harbour metrics 7"]) {
      await page.fill("#q", query);
      expect(await page.locator(".card").count()).toBeLessThanOrEqual(50);
      expect(await nodes()).toBeLessThan(2500);
    }
    expect(await page.locator("#results-title").textContent()).toMatch(/^\d+ exporters of 5,000$/);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
