import { existsSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { chromium } from "playwright-core";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where a browser was found; undefined: the browser tests are skipped, with this reason. */
export const CHROMIUM = [process.env["CHROMIUM"], ...CANDIDATES].find((path) => path !== undefined && existsSync(path));
export const NO_CHROMIUM = "no Chromium found: apt-get install chromium, or set CHROMIUM to its path";

export function launchBrowser(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"];
  return chromium.launch({ executablePath: CHROMIUM!, args });
}

/** What must not happen on any page, collected as it happens. */
export interface Watched {
  readonly page: Page;
  /** Console errors, exceptions, failed requests, requests that leave the server. */
  readonly faults: string[];
}

export async function openPage(context: BrowserContext, origin: string): Promise<Watched> {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    // The browser itself reports the 401 that sends a stranger to the sign-in page.
    if (message.type() === "error" && !message.text().includes("401")) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) faults.push(`left the server: ${url}`);
  });
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, faults };
}

/** How far the page is wider than its window, in pixels. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Speed of this machine now, against a quiet one: times are multiplied by it, never compared raw. */
export function slowness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const began = performance.now();
    let sum = 0;
    for (let index = 0; index < 3e7; index += 1) sum += index % 7;
    return Math.max(1, (performance.now() - began) / (sum > 0 ? 40 : 1));
  });
}
