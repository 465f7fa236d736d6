import { chromium } from "playwright-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { browserPath } from "./browser-path.ts";

export function launch(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error("no Chromium is installed; install one, or set CHROMIUM_PATH");
  // No sandbox of its own: CI runs as root, and all pages are ours.
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const args = ["--no-sandbox", ...quiet, "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, headless: true, args });
}

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page has complained about: errors, refused scripts, failed requests. */
  readonly complaints: string[];
}

export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  await page.goto(url);
  return { page, context, complaints };
}

/** Resolves when the list answers to what is typed. It is fetched when somebody reaches for it, or in an idle moment. */
export async function ready(page: Page): Promise<void> {
  await page.dispatchEvent("#browse", "pointerdown");
  await page.locator("#browse[data-ready]").waitFor();
}
