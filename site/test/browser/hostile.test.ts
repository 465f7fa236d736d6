import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, open, ready } from "../support/browser.ts";
import { HOSTILE, HOSTILE_TEXTS } from "../support/hostile.ts";
import { served } from "../support/site.ts";
import type { ServedSite } from "../support/site.ts";

let browser: Browser;
let site: ServedSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([launch(), served(HOSTILE, null)]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

/** Elements that only markup from an entry could have made. */
const FOREIGN =
  "img, iframe, object, embed, b:not(.brand b), i:not(.brand i), script:not([src]), [onload], [onerror], [style]";

it.each(["", "?q=script", "exporters/hostile/"])("shows markup of an entry as text: /%s", async (path) => {
  const { page, context, complaints } = await open(browser, site.url + path);
  if (!path.startsWith("exporters")) await ready(page);
  const text = (await page.locator("body").textContent()) ?? "";
  for (const each of HOSTILE_TEXTS) expect(text).toContain(each);
  expect(await page.locator(FOREIGN).count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

it("shows markup of an address as text", async () => {
  const query = "<img src=x onerror=alert(1)>";
  const path = `?q=${encodeURIComponent(query)}&tag=${encodeURIComponent("<b>tag</b>")}&license=%3Cscript%3E`;
  const { page, context, complaints } = await open(browser, site.url + path);
  await ready(page);
  expect(await page.inputValue("#q")).toBe(query);
  expect(await page.locator(".empty").textContent()).toContain(`without “${query}”, without the tag <b>tag</b>`);
  expect(await page.locator(FOREIGN).count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

it("links to its own pages, GitHub and npm, and to nothing that an entry made up", async () => {
  const { page, context } = await open(browser, `${site.url}exporters/hostile/`);
  const links = await page
    .locator("a")
    .evaluateAll((all) =>
      all.map((each) => ({ href: (each as HTMLAnchorElement).href, rel: each.getAttribute("rel") })),
    );
  const outside = links.filter(({ href }) => !href.startsWith(site.url));
  expect(outside.length).toBeGreaterThan(0);
  for (const { href, rel } of outside) {
    expect(href).toMatch(/^https:\/\/(?:github\.com|www\.npmjs\.com)\//);
    expect(rel).toBe("noopener");
  }
  await context.close();
});

it("runs no script and takes no style but its own, whoever adds them", async () => {
  const { page, context, complaints } = await open(browser, site.url);
  await ready(page);
  const ran = await page.evaluate(async () => {
    const refused: string[] = [];
    document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
    const attempts = [
      (): void => {
        const script = document.createElement("script");
        script.append("window.ran = true");
        document.head.append(script);
      },
      (): void => {
        const link = document.createElement("a");
        link.setAttribute("onclick", "window.ran = true");
        link.click();
      },
      (): void => {
        document.body.innerHTML += "<img src=x onerror='window.ran = true'>";
      },
    ];
    for (const attempt of attempts) {
      try {
        attempt();
      } catch (error) {
        refused.push((error as Error).name);
      }
    }
    const image = new Image();
    await new Promise((done) => {
      image.onerror = done;
      image.src = "https://elsewhere.invalid/pixel.png";
    });
    return { ran: "ran" in window, refused };
  });
  expect(ran.ran).toBe(false);
  expect(ran.refused).toEqual(expect.arrayContaining(["require-trusted-types-for", "TypeError", "img-src"]));
  expect(complaints.length).toBeGreaterThan(0);
  await context.close();
});
