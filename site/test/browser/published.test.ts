import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../../src/serve.ts";
import { launch, open, ready } from "../support/browser.ts";
import { FIRST_PARTY, indexOf } from "../support/entries.ts";
import { BASE } from "../support/site.ts";
import type { ServedSite } from "../support/site.ts";

const SITE = join(import.meta.dirname, "../..");

/** What is about to be published, or what the command makes of three exporters. */
const published = process.env["CHARM_SITE_FOLDER"];
const scratch = mkdtempSync(join(tmpdir(), "charm-published-"));
const folder = published === undefined ? join(scratch, "public") : resolve(SITE, "..", published);

let browser: Browser;
let site: ServedSite;

beforeAll(async () => {
  if (published === undefined) build(indexOf(FIRST_PARTY));
  [browser, site] = await Promise.all([launch(), serve(folder, BASE)]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs the command as it was built. */
function build(index: Uint8Array): string {
  writeFileSync(join(scratch, "registry.json"), index);
  const command = [join(SITE, "dist/main.js"), "--index", join(scratch, "registry.json"), "--out", folder];
  return execFileSync(process.execPath, command, { cwd: scratch, encoding: "utf8", stdio: "pipe" });
}

describe("the built folder", () => {
  const exporters = (): { id: string; name: string; npm_package: string }[] => {
    const index = JSON.parse(readFileSync(join(folder, "api/v1/registry.json"), "utf8")) as { exporters: [] };
    return index.exporters;
  };

  it("lists what is in its index, and can be searched", async () => {
    const { page, context, complaints } = await open(browser, site.url);
    await ready(page);
    expect(await page.locator("#results-title").textContent()).toBe(
      exporters().length === 1 ? "1 exporter" : `${exporters().length} exporters`,
    );
    const [first] = exporters();
    await page.fill("#q", first?.npm_package ?? "");
    expect(await page.locator(".card h3 a").first().textContent()).toBe(first?.name);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("has a page for each exporter, with the command that installs it", async () => {
    const { page, context, complaints } = await open(browser, site.url);
    for (const { id, npm_package } of exporters().slice(0, 20)) {
      await page.goto(`${site.url}exporters/${id}/`);
      expect(await page.locator(".command code").first().textContent()).toBe(`npm install ${npm_package}`);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("is served with the headers that it asks for, and nothing outside of it is", async () => {
    const response = await fetch(site.url);
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    for (const path of ["..%2f..%2fpackage.json", "%2e%2e/registry.json", "nowhere", "%", "%00"])
      expect((await fetch(site.url + path)).status).toBe(404);
    const folderOnly = await fetch(`${site.url}api`, { redirect: "manual" });
    expect([folderOnly.status, folderOnly.headers.get("location")]).toEqual([301, `${BASE}api/`]);
  });
});
