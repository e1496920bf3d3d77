import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startAppServer } from "../support/app-server.ts";
import type { AppServer } from "../support/app-server.ts";
import { builtWebApp } from "../support/web-app.ts";
import { axeFaults, CHROMIUM, launchBrowser, NO_CHROMIUM, openPage, send, signIn, slowness } from "./browser.ts";
import { median, paceDuring } from "./frames.ts";
import type { Pace } from "./frames.ts";
import { scripted } from "./scripted-model.ts";

const MESSAGES = 10_000;

describe.skipIf(CHROMIUM === undefined)(
  `a conversation of ${MESSAGES} messages (skipped when ${NO_CHROMIUM})`,
  { timeout: 180_000 },
  () => {
    let server: AppServer;
    let model: ReturnType<typeof scripted>;
    let browser: Browser;
    let context: BrowserContext;
    /** The same, with a touch screen. */
    let fingers: BrowserContext;
    let long: string;
    let short: string;

    beforeAll(async () => {
      server = await startAppServer({ webRoot: builtWebApp(), disturb: (toy) => (model = scripted(toy)) });
      short = await server.seedConversation("Short", [...texts(4)]);
      long = await server.seedConversation("Long", [...texts(MESSAGES)]);
      browser = await launchBrowser();
      context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US" });
      fingers = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US", hasTouch: true });
      for (const one of [context, fingers]) await signIn(one, server);
    }, 180_000);
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    const open = async (id: string, within = context): Promise<Page> => {
      const { page } = await openPage(within, server.origin);
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

    test("a text is found anywhere in it, coloured, and gone to from place to place", async () => {
      const page = await open(long);
      await page.getByRole("heading", { name: last, exact: true }).waitFor();
      await page.keyboard.press("Control+f");
      const field = page.getByRole("textbox", { name: "Find in this conversation" });
      const coloured = () => page.evaluate(() => [...(CSS.highlights.get("found-here") ?? [])].map(String));
      await field.fill("question 8000:");
      await page.getByText("1 of 1", { exact: true }).waitFor();
      await page.getByText("Question 8000: which wind?").waitFor();
      await expect.poll(coloured).toEqual(["Question 8000:"]);
      // Across an emphasis, and in both directions round.
      await field.fill("first item");
      await page.getByText("5,000 of 5,000", { exact: true }).waitFor();
      await page.keyboard.press("Shift+Enter");
      await page.getByText("1 of 5,000", { exact: true }).waitFor();
      await page.getByRole("heading", { name: "Point 1", exact: true }).waitFor();
      await expect.poll(coloured).toEqual(["first item"]);
      expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(2500);
      expect(await axeFaults(page, "find")).toEqual([]);
      await field.press("Escape");
      await field.waitFor({ state: "detached" });
      await page.close();
    });

    test.each(["wheel", "key", "touch", "scrollbar"] as const)(
      "scrolling up by %s while an answer grows holds the line one reads",
      async (way) => {
        // One of its own: an earlier answer has the same parts.
        const short = await server.seedConversation(`Short, by ${way}`, [...texts(4)]);
        const page = await open(short, way === "touch" ? fingers : context);
        await send(page, "Go rate=200 chars=6000");
        await page.getByRole("heading", { name: "Part 4" }).waitFor();
        await scrollUp(page, way);
        await page.getByRole("button", { name: "Jump to latest" }).waitFor();
        const place = () =>
          page.evaluate(() => {
            // The nearest to the middle: a part may be taller than the screen, and no heading on it.
            const places = [...document.querySelectorAll(".md h3")].map((heading) => {
              return { text: heading.textContent, top: heading.getBoundingClientRect().top };
            });
            const awayOf = ({ top }: { top: number }) => Math.abs(top - innerHeight / 2);
            return places.reduce((nearest, place) => (awayOf(place) < awayOf(nearest) ? place : nearest));
          });
        // A key scrolls smoothly: what is held is where one comes to rest.
        let before = await place();
        for (let moved = true; moved;) {
          await page.waitForTimeout(400);
          const now = await place();
          moved = now.top !== before.top || now.text !== before.text;
          before = now;
        }
        await page.waitForTimeout(2000);
        const after = await place();
        expect(after.text).toBe(before.text);
        expect(Math.abs(after.top - before.top)).toBeLessThanOrEqual(1);
        await page.getByRole("button", { name: "Jump to latest" }).click();
        await expect.poll(() => endDistance(page), { timeout: 10_000 }).toBeLessThan(60);
        await page.keyboard.press("Escape");
        await page.close();
      },
    );

    test("100 tokens a second at its end, while one types: even frames, quick keys, no word late", async () => {
      const page = await open(long);
      const session = await context.newCDPSession(page);
      // Processor time of the page's own thread: what else runs on the machine does not count.
      await session.send("Performance.enable", { timeDomain: "threadTicks" });
      const busySeconds = async () => {
        const { metrics } = await session.send("Performance.getMetrics");
        return metrics.find(({ name }) => name === "TaskDuration")!.value;
      };
      await send(page, "Go rate=100 chars=24000");
      await page.getByRole("heading", { name: "Part 1" }).waitFor();
      const rounds: (Pace & { lagMs: number; busyShare: number })[] = [];
      for (let round = 0; round < 5; round += 1) {
        const factorBefore = await slowness(page);
        const [beganMs, busyBefore] = [performance.now(), await busySeconds()];
        const pace = await paceDuring(page, async () => {
          await page.locator("#composer").focus();
          for (let key = 0; key < 60; key += 1) {
            await page.keyboard.press("a");
            await page.waitForTimeout(90);
          }
        });
        const busyShare = ((await busySeconds()) - busyBefore) / ((performance.now() - beganMs) / 1000);
        const lagMs = behind(await page.locator("[aria-busy=true] .md").innerText(), model.written());
        const factor = (factorBefore + (await slowness(page))) / 2;
        rounds.push({
          frameP95Ms: pace.frameP95Ms / factor,
          keyP95Ms: pace.keyP95Ms / factor,
          longestTaskMs: pace.longestTaskMs / factor,
          lagMs: lagMs / factor,
          busyShare,
        });
      }
      const typical = (pick: keyof (typeof rounds)[number]) => median(rounds.map((round) => round[pick]));
      expect(typical("frameP95Ms")).toBeLessThanOrEqual(25);
      expect(typical("keyP95Ms")).toBeLessThanOrEqual(60);
      expect(typical("longestTaskMs")).toBeLessThanOrEqual(200);
      expect(typical("lagMs")).toBeLessThan(250);
      expect(typical("busyShare")).toBeLessThan(0.5);
      // It was still being written, its newest words in sight.
      await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
      expect(await endDistance(page)).toBeLessThan(100);
      await page.keyboard.press("Escape");
      await page.close();
    });

    async function scrollUp(page: Page, way: "wheel" | "key" | "touch" | "scrollbar"): Promise<void> {
      const log = page.getByRole("log");
      switch (way) {
        case "wheel":
          await page.mouse.move(700, 300);
          return page.mouse.wheel(0, -500);
        case "key":
          await log.focus();
          return page.keyboard.press("PageUp");
        case "touch": {
          const session = await fingers.newCDPSession(page);
          const touch = (type: "touchStart" | "touchMove" | "touchEnd", y?: number) =>
            session.send("Input.dispatchTouchEvent", { type, touchPoints: y === undefined ? [] : [{ x: 700, y }] });
          await touch("touchStart", 200);
          for (let y = 220; y <= 600; y += 20) await touch("touchMove", y);
          await touch("touchEnd");
          return;
        }
        case "scrollbar":
          // A bar that is dragged tells of nothing but the scrolling.
          await log.evaluate((element) => (element.scrollTop -= 500));
      }
    }

    function endDistance(page: Page): Promise<number> {
      return page.getByRole("log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    }
  },
);

/** How long ago the last words shown were written, at 100 tokens of some five letters a second. */
function behind(shown: string, written: string): number {
  const letters = (text: string) => text.replaceAll(/[^a-z]/gi, "");
  const end = letters(shown).slice(-20);
  const all = letters(written);
  return ((all.length - all.lastIndexOf(end) - end.length) / 5) * 10;
}

function* texts(count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    yield index % 2 === 0
      ? `Question ${index}: which wind?`
      : `### Point ${index}\n\n${"The mistral clears the sky. ".repeat(4)}\n\n- first **item**\n- second \`${randomUUID()}\``;
  }
}
