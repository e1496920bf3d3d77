import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { startAppServer } from "../support/app-server.ts";
import type { AppServer } from "../support/app-server.ts";
import { inFull } from "../support/extent.ts";
import { builtWebApp } from "../support/web-app.ts";
import { consoleEn } from "../../src/web/i18n/console/en.ts";
import { en } from "../../src/web/i18n/en.ts";
import { axeFaults, CHROMIUM, launchBrowser, NO_CHROMIUM, openPage, overflowOf, send, signIn } from "./browser.ts";
import { scripted } from "./scripted-model.ts";

const LANGUAGES = ["en", "fr", "es", "de", "it"] as const;
/** The same word in several of our languages. */
const SHARED_WORDS = [
  "Console",
  "JSON",
  "ready",
  "Name",
  "Chat",
  "Message",
  "Messages",
  "Code: {language}",
  "Conversations",
  "Normal",
  "Account",
  "Link",
  "Version {n} of {total}",
  "Assistant",
  "Budgets",
  "Licence",
  "File",
  "curl",
  "TypeScript",
  "Python",
  "Tokens",
  "Person",
];

describe.skipIf(CHROMIUM === undefined)(
  `every page, language, theme and width (skipped when ${NO_CHROMIUM})`,
  { timeout: 150_000 },
  () => {
    let server: AppServer;
    let browser: Browser;
    let conversation: string;
    let share: string;

    beforeAll(async () => {
      server = await startAppServer({ webRoot: builtWebApp(), disturb: scripted });
      browser = await launchBrowser();
      const { id } = (await (await server.call("POST", "/api/conversations", {})).json()) as { id: string };
      const send = async (content: string, schema?: object) => {
        const body = { content, model: "tramontane-small", ...(schema ? { schema } : {}) };
        await server.call("POST", `/api/conversations/${id}/messages`, body, {
          "idempotency-key": content.padEnd(12, "."),
        });
        const isWriting = async () =>
          (await (await server.call("GET", `/api/conversations/${id}/messages`)).text()).includes('"runId"');
        while (await isWriting()) await new Promise((resolve) => setTimeout(resolve, 50));
      };
      await send("One rate=5000 chars=500");
      await send("Two rate=5000 chars=300");
      await server.call("POST", "/admin/v1/workspaces", { name: "Workshop" });
      const shared = (await (await server.call("PUT", `/api/conversations/${id}/share`, { shared: true })).json()) as {
        shareToken: string;
      };
      conversation = `/chat/${id}`;
      share = `/share/${shared.shareToken}`;
    }, 240_000);
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    const openIn = async (language: string, theme: string, width: number) => {
      const isPhone = width < 700;
      const context = await browser.newContext({
        viewport: { width, height: isPhone ? 667 : 800 },
        hasTouch: isPhone,
        isMobile: isPhone,
      });
      const preferences = { language, theme, textSize: "normal", enterSends: true, model: null };
      await context.addInitScript((text) => {
        if (localStorage.getItem("tramontane.preferences") === null)
          localStorage.setItem("tramontane.preferences", text);
      }, JSON.stringify(preferences));
      await signIn(context, server);
      return { context, ...(await openPage(context, server.origin)) };
    };
    const visit = async (page: Page, path: string) => {
      await page.goto(server.origin + path);
      await page.locator("h1").first().waitFor();
      await page.waitForTimeout(200);
    };
    const pages = () => [
      "/login",
      "/setup",
      "/chat",
      conversation,
      share,
      "/settings",
      "/console",
      "/console/playground",
      "/console/models",
      "/console/keys",
      "/console/batches",
      "/console/usage",
      "/console/commitment",
      "/console/limits",
      "/console/policy",
      "/console/moderation",
      "/console/members",
      "/console/audit",
      "/console/nowhere",
    ];

    test.each(inFull(["en light", "en dark", "de light", "de dark"], ["en light", "de dark"]))(
      "axe finds nothing serious on any page: %s",
      async (look) => {
        const [language, theme] = look.split(" ") as [string, string];
        const { page, context, faults } = await openIn(language, theme, 1280);
        const found: string[] = [];
        for (const path of pages()) {
          await visit(page, path);
          found.push(...(await axeFaults(page, path)));
        }
        await visit(page, conversation);
        await page.locator("button[aria-haspopup=true]").first().click();
        await page.getByRole("menu").waitFor();
        found.push(...(await axeFaults(page, "menu")));
        await page.getByRole("menuitem").last().click();
        await page.getByRole("alertdialog").waitFor();
        found.push(...(await axeFaults(page, "dialog")));
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+k");
        await page.locator("dialog[open] [role=combobox]").waitFor();
        found.push(...(await axeFaults(page, "palette")));
        await page.keyboard.press("Escape");
        await page.locator("button[aria-haspopup=listbox]").click();
        await page.getByRole("listbox").waitFor();
        found.push(...(await axeFaults(page, "models")));
        await page.keyboard.press("Escape");
        await page.locator("[popovertarget=account]").click();
        await page.locator("#account ul, #account section").first().waitFor();
        found.push(...(await axeFaults(page, "account")));
        expect(found).toEqual([]);
        expect(faults).toEqual([]);
        await context.close();
      },
      240_000,
    );

    test("axe finds nothing serious while an answer is written", async () => {
      const { page, context } = await openIn("en", "light", 1280);
      await visit(page, "/chat");
      await send(page, "Go rate=60 chars=2500");
      await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
      expect(await axeFaults(page, "streaming")).toEqual([]);
      await page.keyboard.press("Escape");
      await context.close();
    }, 120_000);

    test.each(LANGUAGES)(
      "%s fits on a phone and a desk, says its language, and leaves no English",
      async (language) => {
        const { page, context, faults } = await openIn(language, "light", 375);
        for (const path of pages()) {
          await visit(page, path);
          for (const width of [375, 1280]) {
            await page.setViewportSize({ width, height: 700 });
            expect([path, width, await overflowOf(page)]).toEqual([path, width, 0]);
            if (language !== "en") expect([path, width, await englishOn(page)]).toEqual([path, width, []]);
          }
          expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
          await page.setViewportSize({ width: 375, height: 700 });
        }
        expect(faults).toEqual([]);
        await context.close();
      },
      240_000,
    );

    test("the theme is there before the first script runs", async () => {
      const { page, context } = await openIn("fr", "dark", 1280);
      await visit(page, "/settings");
      await page.route("**/*.js", (route) => route.abort());
      await page.reload();
      const look = await page.evaluate(() => ({
        lang: document.documentElement.lang,
        background: getComputedStyle(document.body).backgroundColor,
      }));
      expect(look).toEqual({ lang: "fr", background: "rgb(16, 19, 24)" });
      await context.close();
    }, 120_000);

    test("a language can be switched while one writes and while an answer is written", async () => {
      const { page, context, faults } = await openIn("en", "light", 1280);
      await visit(page, "/chat");
      await send(page, "Go rate=40 chars=1200");
      await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
      await page.getByRole("textbox", { name: "Message" }).fill("half a thought");
      await page.getByLabel("Language").selectOption("de");
      await page.getByRole("button", { name: "Anhalten", exact: true }).waitFor();
      expect(await page.getByRole("textbox", { name: "Nachricht" }).inputValue()).toBe("half a thought");
      await page.getByRole("button", { name: "Neu antworten" }).waitFor({ timeout: 40_000 });
      expect(faults).toEqual([]);
      await context.close();
    }, 120_000);

    /** Texts and labels on the page that are whole English messages. */
    async function englishOn(page: Page): Promise<string[]> {
      const shown = await page.evaluate(() => {
        const labels = [...document.querySelectorAll("[aria-label],[placeholder],[title]")].flatMap((element) =>
          ["aria-label", "placeholder", "title"].map((name) => element.getAttribute(name) ?? ""),
        );
        return [...labels, ...document.body.innerText.split("\n")].map((text) => text.trim());
      });
      const english: string[] = Object.values({ ...en, ...consoleEn })
        .flatMap((text) => (typeof text === "string" ? [text] : [text.one, text.other]))
        .filter((text) => !text.includes("{") && text.length > 3 && !SHARED_WORDS.includes(text));
      return english.filter((text) => shown.includes(text));
    }
  },
);
