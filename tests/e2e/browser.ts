import axe from "axe-core";
import { existsSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { chromium } from "playwright-core";
import type { AppServer } from "../support/app-server.ts";
import { within } from "../support/patience.ts";

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
  page.setDefaultTimeout(within(30_000));
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

/** Makes a window that of whoever signed in with the server's key. */
export async function signIn(context: BrowserContext, { cookie, origin }: AppServer): Promise<void> {
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name: name!, value: value!, url: origin, httpOnly: true, sameSite: "Lax" }]);
}

/** From now on a token of an answer costs one euro, a question nothing. */
export async function sellTokensDearly(server: AppServer): Promise<void> {
  const items = [{ model: "tramontane-small", input_per_million: "0", output_per_million: "1000000" }];
  const list = { name: "test", currency: "EUR", valid_from: "2024-01-01T00:00:00Z", items };
  await server.call("POST", "/admin/v1/price-lists", list);
  await server.call("PUT", "/admin/v1/billing/terms", { price_list: "test" });
}

/** Writes a question and sends it from its box: a dialog that just closed may still be taking the focus back. */
export async function send(page: Page, question: string): Promise<void> {
  const box = page.locator("#composer");
  await box.fill(question);
  await box.press("Enter");
}

/** Sends a question and waits until its conversation has an address. */
export async function ask(page: Page, question: string): Promise<void> {
  await send(page, question);
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/, { timeout: within(60_000) });
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

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** What axe-core finds against WCAG 2.2 A and AA that is serious or critical. */
export async function axeFaults(page: Page, where: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe: run } = window as unknown as {
      axe: { run(root: Document, options: object): Promise<{ violations: Violation[] }> };
    };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    return (await run.run(document, { runOnly: tags })).violations;
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${where}: ${id} ${nodes[0]!.target.join(" ")}`);
}
