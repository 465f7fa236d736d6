import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { compareText } from "../../src/list/exporter.ts";
import { launch, open, ready } from "../support/browser.ts";
import type { Opened } from "../support/browser.ts";
import { FIRST_PARTY, generated } from "../support/entries.ts";
import { served } from "../support/site.ts";
import type { ServedSite } from "../support/site.ts";

let browser: Browser;
let site: ServedSite;
/** One page for all tests that need nothing of their own: a page costs more than what is done with it. */
let shared: Opened;
const opened: Opened[] = [];

beforeAll(async () => {
  [browser, site] = await Promise.all([launch(), served([...FIRST_PARTY, ...generated(97)])]);
  shared = await open(browser, "about:blank");
});
afterEach(async () => {
  const own = opened.splice(0);
  const complaints = [shared, ...own].flatMap((each) => each.complaints.splice(0));
  for (const each of own) await each.context.close();
  if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join("; ")}`);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

/** The list at an address; with options in a page of its own. */
async function list(path = "", options?: Parameters<typeof open>[2]): Promise<Page> {
  const { page } = options === undefined ? shared : await own(options);
  await page.goto(site.url + path);
  if (options?.javaScriptEnabled !== false) await ready(page);
  return page;
}

async function own(options?: Parameters<typeof open>[2]): Promise<Opened> {
  const one = await open(browser, "about:blank", options);
  opened.push(one);
  return one;
}

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const names = (page: Page): Promise<string[]> => page.locator(".card h3 a").allTextContents();
const heading = (page: Page): Promise<string | null> => page.locator("#results-title").textContent();
const address = (page: Page): string => page.url().slice(site.url.length);

describe("searching", () => {
  it("finds an exporter while its name is typed, and keeps the search in the address", async () => {
    const page = await list();
    await page.locator("#q").pressSequentially("datad");
    expect((await names(page))[0]).toBe("Datadog");
    expect(await heading(page)).toMatch(/^\d+ exporters? of 100$/);
    expect(address(page)).toBe("?q=datad");
    expect(await page.title()).toBe("datad: Exporters for Charm agents");
  });

  it("opens a search from its address, also after a reload", async () => {
    const page = await list("?q=traces&tag=tracing&license=MIT&verified=1&sort=newest");
    const before = await names(page);
    expect(before).not.toEqual([]);
    await page.reload();
    await ready(page);
    expect(await names(page)).toEqual(before);
    expect(await page.inputValue("#q")).toBe("traces");
    expect(await page.inputValue("#license")).toBe("MIT");
    expect(await page.inputValue("#sort")).toBe("newest");
    expect(await page.isChecked("[name=verified]")).toBe(true);
    expect(await page.isChecked("[name=tag][value=tracing]")).toBe(true);
  });

  it("goes back to before a search in one step, and forward to it again", async () => {
    const page = await list();
    const all = await names(page);
    await page.locator("#q").pressSequentially("quartz");
    const found = await names(page);
    expect(found).not.toEqual(all);
    await page.goBack();
    expect(address(page)).toBe("");
    expect(await page.inputValue("#q")).toBe("");
    expect(await names(page)).toEqual(all);
    await page.goForward();
    expect(await page.inputValue("#q")).toBe("quartz");
    expect(await names(page)).toEqual(found);
  });

  it("comes back from an exporter's page to the same results", async () => {
    const page = await list("?q=ember&tag=otel");
    const found = await names(page);
    await page.locator(".card h3 a").first().click();
    await page.waitForURL("**/exporters/**");
    await page.goBack();
    await ready(page);
    expect(address(page)).toBe("?q=ember&tag=otel");
    expect(await names(page)).toEqual(found);
  });

  it("keeps what was typed before the list was there", async () => {
    const one = await own();
    let release = (): void => {};
    const gate = new Promise<void>((done) => (release = done));
    await one.page.route("**/data/*.json", async (route) => gate.then(() => route.continue()));
    await one.page.goto(site.url);
    await one.page.fill("#q", "sentry");
    release();
    await ready(one.page);
    expect(await one.page.inputValue("#q")).toBe("sentry");
    expect((await names(one.page))[0]).toBe("Sentry");
  });
});

describe("filtering", () => {
  it("shows those that have all chosen tags, and says how many there are of each", async () => {
    const page = await list();
    await page.check("[name=tag][value=otel]");
    await page.check("[name=tag][value=metrics]");
    const tags = await page.locator(".card .tags").allTextContents();
    expect(tags.length).toBeGreaterThan(0);
    for (const each of tags) expect(each).toMatch(/^(?=.*otel)(?=.*metrics)/);
    expect(await heading(page)).toBe(`${tags.length} exporters of 100`);
    expect(await page.locator(".chip", { hasText: "otel" }).textContent()).toBe(`otel ${tags.length}`);
    expect(address(page)).toBe("?tag=otel&tag=metrics");
  });

  it("filters by licence, status and proof of origin", async () => {
    const page = await list();
    await page.selectOption("#license", "MPL-2.0");
    for (const each of await page.locator(".card-facts").allTextContents()) expect(each).toContain("MPL-2.0");
    await page.selectOption("#license", "");
    await page.selectOption("#status", "deprecated");
    expect(await page.locator(".card .badge-deprecated").count()).toBe((await names(page)).length);
    await page.selectOption("#status", "");
    await page.check("[name=verified]");
    expect(await page.locator(".card .badge-verified").count()).toBe((await names(page)).length);
    expect(address(page)).toBe("?verified=1");
  });

  it("sorts by date and by downloads", async () => {
    const page = await list();
    await page.selectOption("#sort", "newest");
    const dates = await page
      .locator(".card time")
      .evaluateAll((all) => all.map((each) => each.getAttribute("datetime") ?? ""));
    expect(dates).toEqual(dates.toSorted(compareText).toReversed());
    await page.selectOption("#sort", "downloads");
    const facts = await page.locator(".card-facts").allTextContents();
    const downloads = facts.map((each) => Number(/([\d,]+) downloads/.exec(each)?.[1]?.replaceAll(",", "")));
    expect(downloads).toEqual(downloads.toSorted((left, right) => right - left));
  });

  it("follows a tag of an exporter, and takes the focus to what it leads to", async () => {
    const page = await list();
    await page.locator(".card .tags a", { hasText: "privacy" }).first().click();
    expect(address(page)).toBe("?tag=privacy");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("results-title");
  });

  it("says that nothing is there, and offers each way out", async () => {
    const page = await list("?q=xylophone&tag=otel");
    expect(await heading(page)).toBe("0 exporters of 100");
    expect(await page.locator(".empty").textContent()).toContain("without “xylophone” or without the tag otel");
    await page.click("text=without “xylophone”");
    expect(address(page)).toBe("?tag=otel");
    expect((await names(page)).length).toBeGreaterThan(0);
    await page.click("text=Clear search and filters");
    expect(address(page)).toBe("");
    expect(await heading(page)).toBe("100 exporters");
  });

  it("has no heading for tags where there are none, and keeps a command on its line", async () => {
    const page = await list("?q=xylophone");
    expect(await page.locator(".choices").count()).toBe(0);
    const command = page.locator(".empty code");
    expect(await command.evaluate((code) => getComputedStyle(code).whiteSpace)).toBe("nowrap");
    await page.click("text=without “xylophone”");
    expect(await page.locator(".choices legend").textContent()).toBe("Tags");
  });

  it("shows fifty to a page, and each page has its address", async () => {
    const page = await list();
    const first = await names(page);
    await page.click("a[rel=next]");
    expect(address(page)).toBe("page/2/");
    const second = await names(page);
    expect(first.length + second.length).toBe(100);
    expect(new Set([...first, ...second]).size).toBe(100);
    await page.reload();
    await ready(page);
    expect(await names(page)).toEqual(second);
    await page.selectOption("#status", "active");
    await page.click("a[rel=next]");
    expect(address(page)).toBe("?status=active&page=2");
  });
});

describe("an exporter's page", () => {
  it("copies the command and the snippet", async () => {
    const page = await list("?q=langsmith", { permissions: ["clipboard-read", "clipboard-write"] });
    await page.locator(".card h3 a").first().click();
    await page.waitForURL("**/exporters/langsmith/");
    await page.click("text=Copy >> nth=0");
    await page.locator("[data-done]").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("npm install @charm/telemetry-langsmith");
    expect(await page.locator("[data-announcer]").textContent()).toBe("Copied");
    await page.click("[data-copy] >> nth=1");
    await page.locator("[data-done] >> nth=1").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe("runtime:\n  telemetry: [langsmith]");
  });

  it("selects the command when the clipboard is not allowed", async () => {
    const one = await own();
    await one.page.goto(`${site.url}exporters/sentry/`);
    await one.page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await one.page.click("[data-copy] >> nth=0");
    await one.page.locator("[data-announcer]", { hasText: "Selected" }).waitFor({ state: "attached" });
    expect(await one.page.evaluate(() => getSelection()?.toString())).toBe("npm install @charm/telemetry-sentry");
  });
});

describe("the keyboard alone", () => {
  it("finds an exporter and copies its command", async () => {
    const page = await list("", { permissions: ["clipboard-read", "clipboard-write"] });
    await page.keyboard.press("/");
    await page.keyboard.type("datadog");
    expect(await page.inputValue("#q")).toBe("datadog");
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? "");
    for (let at = 0; at < 60 && (await focused()) !== "Datadog"; at += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/exporters/datadog/");
    for (let at = 0; at < 60 && (await focused()) !== "Copy"; at += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("[data-done]").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("npm install @charm/telemetry-datadog");
  });

  it("skips to the content, and shows where it is", async () => {
    const page = await list();
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect(outline).toBe("solid");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  });
});

describe("without", () => {
  it("JavaScript, the whole list and every page can be read", async () => {
    const page = await list("", { javaScriptEnabled: false });
    const first = await names(page);
    expect(await page.locator(".finder").isVisible()).toBe(false);
    expect(await page.locator("noscript .notice").isVisible()).toBe(true);
    await page.click("a[rel=next]");
    expect(first.length + (await names(page)).length).toBe(100);
    await page.locator(".card h3 a").first().click();
    expect(await page.locator(".command code").first().textContent()).toMatch(/^npm install /);
    expect(await page.locator("[data-copy]").first().isVisible()).toBe(false);
  });

  it("the data, the list stays, and it can be tried again", async () => {
    const one = await open(browser, "about:blank");
    await one.page.route("**/data/*.json", (route) => route.abort());
    await one.page.goto(`${site.url}?q=sentry`);
    const alert = one.page.locator("#browse-error");
    await alert.waitFor();
    expect(await alert.textContent()).toContain("could not be loaded");
    expect((await names(one.page)).length).toBe(50);
    await one.page.unroute("**/data/*.json");
    await alert.locator("button").click();
    await ready(one.page);
    expect((await names(one.page))[0]).toBe("Sentry");
    expect(await alert.isVisible()).toBe(false);
    await one.context.close();
  });
});

describe("the look", () => {
  it("follows the system's scheme, and a choice is kept", async () => {
    const page = await list("", { colorScheme: "dark" });
    const paper = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await paper();
    await page.click("[data-theme-toggle]");
    const light = await paper();
    expect(light).not.toBe(dark);
    await page.goto(`${site.url}exporters/datadog/`);
    expect(await paper()).toBe(light);
  });

  it("has its filters behind a button on a phone, and says how many are on", async () => {
    const page = await list("", PHONE);
    expect(await page.locator("#filters").isVisible()).toBe(false);
    await page.tap(".filters-toggle");
    await page.check("[name=verified]");
    expect(await page.locator(".filters-toggle").textContent()).toBe("Filters (1)");
    expect(await page.locator(".filters-toggle").getAttribute("aria-expanded")).toBe("true");
  });

  it("fits the narrowest phone", async () => {
    const { page, context } = await open(browser, site.url, { viewport: { width: 320, height: 640 } });
    for (const path of ["", "?q=nothing-at-all", "exporters/datadog/", "api/", "missing/"]) {
      await page.goto(site.url + path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(`/${path} ${width}`).toBe(`/${path} 320`);
    }
    await context.close();
  });
});
