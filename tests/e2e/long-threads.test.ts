import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startAppServer } from "../support/app-server.ts";
import type { AppServer } from "../support/app-server.ts";
import { builtWebApp } from "../support/web-app.ts";
import { CHROMIUM, launchBrowser, NO_CHROMIUM, openPage, slowness, send } from "./browser.ts";
import { scripted } from "./scripted-model.ts";

const MESSAGES = 10_000;

describe.skipIf(CHROMIUM === undefined)(
  `a conversation of ${MESSAGES} messages (skipped when ${NO_CHROMIUM})`,
  { timeout: 180_000 },
  () => {
    let server: AppServer;
    let browser: Browser;
    let context: BrowserContext;
    let long: string;
    let short: string;

    beforeAll(async () => {
      server = await startAppServer({ webRoot: builtWebApp(), disturb: scripted });
      short = await server.seedConversation("Short", [...texts(4)]);
      long = await server.seedConversation("Long", [...texts(MESSAGES)]);
      browser = await launchBrowser();
      context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US" });
      const [name, value] = server.cookie.split("=");
      await context.addCookies([{ name: name!, value: value!, url: server.origin, httpOnly: true, sameSite: "Lax" }]);
    }, 180_000);
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    const open = async (id: string): Promise<Page> => {
      const { page } = await openPage(context, server.origin);
      await page.goto(`${server.origin}/chat/${id}`);
      await page.getByRole("textbox", { name: "Message" }).waitFor();
      return page;
    };
    const last = `Point ${MESSAGES - 1}`;

    test("opens from another one in a second, by its end, with few elements", async () => {
      const page = await open(short);
      const factor = await slowness(page);
      const link = page.getByRole("link", { name: "Long" });
      await link.waitFor();
      const began = performance.now();
      await link.click();
      await page.getByRole("heading", { name: last, exact: true }).waitFor();
      expect(performance.now() - began).toBeLessThan(1000 * factor);
      await expect.poll(() => endDistance(page), { timeout: 10_000 }).toBeLessThan(2);
      expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(2500);
      await page.close();
    });

    test("going back loads page after page and keeps few elements", async () => {
      const page = await open(long);
      await page.getByRole("heading", { name: last, exact: true }).waitFor();
      await page.mouse.move(700, 400);
      for (let turn = 0; turn < 40; turn += 1) {
        await page.mouse.wheel(0, -1500);
        await page.waitForTimeout(60);
      }
      const oldest = await page.getByRole("article").first().innerText();
      expect(Number(/\d+/.exec(oldest)?.[0])).toBeLessThan(MESSAGES - 80);
      expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(2500);
      await page.close();
    });

    test("scrolling up while an answer grows holds the line one reads", async () => {
      const page = await open(short);
      await send(page, "Go rate=200 chars=6000");
      await page.getByRole("heading", { name: "Part 4" }).waitFor();
      await page.mouse.move(700, 300);
      await page.mouse.wheel(0, -500);
      await page.getByRole("button", { name: "Jump to latest" }).waitFor();
      await page.waitForTimeout(300);
      const place = () =>
        page.evaluate(() => {
          const headings = [...document.querySelectorAll(".md h3")];
          const heading = headings.find((element) => element.getBoundingClientRect().top > 100)!;
          return { text: heading.textContent, top: heading.getBoundingClientRect().top };
        });
      const before = await place();
      await page.waitForTimeout(2000);
      const after = await place();
      expect(after.text).toBe(before.text);
      expect(Math.abs(after.top - before.top)).toBeLessThanOrEqual(1);
      await page.getByRole("button", { name: "Jump to latest" }).click();
      await expect.poll(() => endDistance(page), { timeout: 10_000 }).toBeLessThan(60);
      await page.keyboard.press("Escape");
      await page.close();
    });

    test("an answer at its end leaves the browser idle most of the time, and the last words in sight", async () => {
      const page = await open(long);
      const session = await context.newCDPSession(page);
      // Processor time of the page's own thread: what else runs on the machine does not count.
      await session.send("Performance.enable", { timeDomain: "threadTicks" });
      const busySeconds = async () => {
        const { metrics } = await session.send("Performance.getMetrics");
        return metrics.find(({ name }) => name === "TaskDuration")!.value;
      };
      await send(page, "Go rate=100 chars=6000");
      await page.getByRole("heading", { name: "Part 1" }).waitFor();
      const [beganMs, busyBefore] = [performance.now(), await busySeconds()];
      await page.waitForTimeout(5000);
      const share = (await busySeconds()) - busyBefore;
      expect(share / ((performance.now() - beganMs) / 1000)).toBeLessThan(0.5);
      expect(await endDistance(page)).toBeLessThan(100);
      await page.keyboard.press("Escape");
      await page.close();
    });

    function endDistance(page: Page): Promise<number> {
      return page.getByRole("log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    }
  },
);

function* texts(count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    yield index % 2 === 0
      ? `Question ${index}: which wind?`
      : `### Point ${index}\n\n${"The mistral clears the sky. ".repeat(4)}\n\n- first **item**\n- second \`${randomUUID()}\``;
  }
}
