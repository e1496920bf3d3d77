import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { AppServer } from "../support/app-server.ts";
import { within } from "../support/patience.ts";
import { ask, axeFaults, CHROMIUM, NO_CHROMIUM, openPage, send } from "./browser.ts";
import type { Watched } from "./browser.ts";
import { longAnswer, scripted } from "./scripted-model.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)(
  `the chat app in Chromium (skipped when ${NO_CHROMIUM})`,
  { timeout: 150_000 },
  () => {
    let stage: Stage;
    let server: AppServer;
    let browser: Browser;
    let context: BrowserContext;
    let model: ReturnType<typeof scripted>;

    beforeAll(async () => {
      stage = await openStage({ disturb: (toy) => (model = scripted(toy)) });
      ({ server, browser, context } = stage);
      await server.call("POST", "/admin/v1/price-lists", {
        name: "test",
        currency: "EUR",
        valid_from: "2024-01-01T00:00:00Z",
        items: [{ model: "tramontane-small", input_per_million: "1000", output_per_million: "2000" }],
      });
      await server.call("PUT", "/admin/v1/billing/terms", { price_list: "test" });
      const { page } = await openPage(context, server.origin);
      await page.goto(server.origin + server.signInPath());
      await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
      await page.close();
    }, 240_000);
    afterAll(() => stage?.close());

    afterEach(() => stage.closePages());

    const open = (path = "/chat"): Promise<Watched> =>
      openPage(context, server.origin).then(async (watched) => {
        await watched.page.goto(server.origin + path);
        await watched.page.getByRole("textbox", { name: "Message" }).waitFor();
        return watched;
      });
    const stopButton = (page: Page) => page.getByRole("button", { name: "Stop", exact: true });
    const answered = (page: Page) =>
      page
        .getByRole("button", { name: "Answer again" })
        .last()
        .waitFor({ timeout: within(40_000) });
    const lastAnswer = (page: Page) => page.getByRole("article", { name: "Answer" }).last().locator(".md").innerText();
    const words = (text: string) => text.replaceAll(/[\s`*#|:\-$\\{}^[\]()]+/g, "");

    test("a link signs in and leaves no trace of its secret", async () => {
      const fresh = await browser.newContext();
      const { page, faults } = await openPage(fresh, server.origin);
      const path = server.signInPath();
      await page.goto(server.origin + path);
      await page.waitForURL("**/chat");
      expect(page.url()).not.toContain("once_");
      await page.goBack().catch(() => {});
      expect(page.url()).not.toContain("once_");
      expect(faults).toEqual([]);
      await fresh.close();
    });

    test("a question is answered in words, table, code and formula, with what it cost in tokens", async () => {
      const { page, faults } = await open();
      await ask(page, "Explain rate=400 chars=900");
      await answered(page);
      const article = page.getByRole("article", { name: "Answer" }).last();
      await article.getByRole("table").first().waitFor();
      await article.locator("pre .hljs-keyword").first().waitFor();
      await expect
        .poll(() => article.innerText(), { timeout: within(10_000) })
        .toMatch(/\d+ tokens · .*\d+ tok\/s · tramontane-small/);
      expect(await page.getByRole("status").first().innerText()).toBe("The answer is complete");
      expect(faults).toEqual([]);
      await page.close();
    });

    test("a reload in the middle of an answer loses and doubles nothing", async () => {
      const { page, faults } = await open();
      await ask(page, "Reload rate=30 chars=1500");
      await stopButton(page).waitFor();
      await page.waitForTimeout(1200);
      const before = await lastAnswer(page);
      await page.reload();
      await stopButton(page).waitFor();
      await expect
        .poll(() => lastAnswer(page).then(words), { timeout: within(10_000) })
        .toContain(words(before).slice(0, 100));
      await answered(page);
      const shown = await page.getByRole("article", { name: "Answer" }).last().locator(".md h3").allInnerTexts();
      const expected = [...longAnswer(1500).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(shown).toEqual(expected);
      expect(faults).toEqual([]);
      await page.close();
    });

    test("a question sent before the models are known, and one sent during an answer, wait and are answered", async () => {
      const { page, faults } = await openPage(context, server.origin);
      let letModels: () => void = () => {};
      const isAllowed = new Promise<void>((resolve) => (letModels = resolve));
      await page.route("**/api/models", async (route) => {
        await isAllowed;
        await route.continue();
      });
      await page.goto(`${server.origin}/chat`);
      await send(page, "Quick rate=30 chars=300");
      await page.getByText("Sent as soon as a model is ready.").waitFor();
      letModels();
      await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/, { timeout: within(60_000) });
      await stopButton(page).waitFor();
      await send(page, "say=Second");
      await page.getByText("Sent as soon as this answer ends").waitFor();
      await page.getByRole("article", { name: "Answer" }).getByText("Second", { exact: true }).waitFor();
      expect(await page.getByRole("article", { name: "Answer" }).count()).toBe(2);
      expect(faults).toEqual([]);
    });

    test.each(["button", "Escape"])(
      "stop by %s frees the engine, and the text is there after a reload",
      async (way) => {
        const { page } = await open();
        await ask(page, `Stop ${way} rate=50 chars=9000`);
        await stopButton(page).waitFor();
        await page.waitForTimeout(800);
        expect(model.running()).toBe(1);
        if (way === "button") await stopButton(page).click();
        else await page.keyboard.press("Escape");
        await expect.poll(() => model.running(), { timeout: within(10_000) }).toBe(0);
        await page.getByRole("note").getByText("Stopped. The text so far is kept.").waitFor();
        await page.reload();
        await page.getByRole("note").getByText("Stopped. The text so far is kept.").waitFor();
        expect((await lastAnswer(page)).length).toBeGreaterThan(10);
        await page.close();
      },
    );

    test("a second tab sees the same answer grow, and its end", async () => {
      const first = await open();
      await ask(first.page, "Two tabs rate=30 chars=900");
      await stopButton(first.page).waitFor();
      const second = await open(new URL(first.page.url()).pathname);
      await stopButton(second.page).waitFor();
      const marked = second.page.getByRole("link", { name: /answering now/ });
      await marked.waitFor();
      await answered(second.page);
      await marked.waitFor({ state: "detached" });
      await answered(first.page);
      expect(await lastAnswer(second.page)).toBe(await lastAnswer(first.page));
      await first.page.close();
      await second.page.close();
    });

    test("editing and asking again make versions to go between", async () => {
      const { page, faults } = await open();
      await ask(page, "First say=One");
      await answered(page);
      await page.getByRole("button", { name: "Edit" }).click();
      await page.getByRole("textbox", { name: "Edit your message" }).fill("Second say=Two");
      await page.getByRole("button", { name: "Send again" }).click();
      await page.getByRole("article", { name: "Answer" }).getByText("Two").waitFor();
      await answered(page);
      await page.getByRole("group", { name: "Version 2 of 2" }).waitFor();
      await page.getByRole("button", { name: "Previous version" }).click();
      await page.getByRole("article", { name: "Answer" }).getByText("One").waitFor();
      await page.getByRole("button", { name: "Answer again" }).click();
      await page.getByRole("article", { name: "Answer" }).getByRole("group", { name: "Version 2 of 2" }).waitFor();
      expect(faults).toEqual([]);
      await page.close();
    });

    test("a server that crashes and returns finds the answer interrupted, and Continue ends it", async () => {
      const { page } = await open();
      await ask(page, "Crash rate=30 chars=700");
      await stopButton(page).waitFor();
      await page.waitForTimeout(1500);
      await server.crashAndRestart();
      await page
        .getByRole("note")
        .getByText("Interrupted: the server was restarted.")
        .waitFor({ timeout: within(40_000) });
      await page.getByRole("button", { name: "Continue" }).click();
      await stopButton(page).waitFor();
      await page.getByRole("note").getByText("Interrupted").waitFor({ state: "detached" });
      await answered(page);
      const headings = await page.getByRole("article", { name: "Answer" }).last().locator(".md h3").allInnerTexts();
      expect(headings).toEqual([...longAnswer(700).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading));
      await page.close();
    });

    test("conversations are found, renamed, pinned, shared and deleted", async () => {
      const { page, faults } = await open();
      await ask(page, "Zanzibar say=An island");
      await answered(page);
      const menu = async (item: string) => {
        await page.getByRole("button", { name: "Options of this conversation" }).click();
        await page.getByRole("menuitem", { name: item }).click();
      };
      await menu("Rename");
      await page.getByRole("textbox", { name: "Title" }).fill("Spice");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { name: "Spice" }).waitFor();
      await menu("Pin");
      await page.getByRole("region", { name: "Pinned" }).getByRole("link", { name: "Spice" }).waitFor();
      await page.getByRole("searchbox", { name: "Search conversations" }).fill("zanzi");
      await page.getByText("1 conversation found").waitFor();
      await page.getByRole("searchbox", { name: "Search conversations" }).fill("");
      await menu("Share");
      await page.getByRole("button", { name: "Create link" }).click();
      const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
      await page.getByRole("button", { name: "Close" }).click();
      const reader = await openPage(context, server.origin);
      await reader.page.goto(link);
      await reader.page.getByText("Shared conversation, read only").waitFor();
      await reader.page.getByRole("article", { name: "Answer" }).getByText("An island").waitFor();
      await reader.page.close();
      await menu("Delete");
      await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
      await page.waitForURL(/\/chat$/);
      await page.getByRole("link", { name: "Spice" }).waitFor({ state: "detached" });
      expect(faults).toEqual([]);
      await page.close();
    });

    test("text files go along, others are refused by name, and the draft survives a reload", async () => {
      const { page, faults } = await open();
      await page.locator("input[type=file]").setInputFiles([
        { name: "wind.md", mimeType: "text/markdown", buffer: Buffer.from("# Force 9") },
        { name: "paper.pdf", mimeType: "application/pdf", buffer: readFileSync("tests/e2e/paper.pdf") },
        { name: "tool.exe", mimeType: "application/x-msdownload", buffer: Buffer.from([0x4d, 0x5a, 0xff, 0, 1]) },
        { name: "photo.png", mimeType: "image/png", buffer: Buffer.from([0x89, 0x50, 0xff, 0xfe, 0]) },
        { name: "big.txt", mimeType: "text/plain", buffer: Buffer.alloc(1_000_001, "a") },
      ]);
      await page.getByText("photo.png: tramontane-small does not see images.").waitFor();
      await page.getByText(/big\.txt: larger than/).waitFor();
      await page.getByText("tool.exe: only text, PDF and DOCX can be read here.").waitFor();
      await expect.poll(() => page.getByRole("form").or(page.locator("form")).first().innerText()).toMatch(/1 page ·/);
      await page.getByRole("textbox", { name: "Message" }).fill("How strong? say=Strong");
      await page.reload();
      await page.getByText("wind.md").waitFor();
      expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("How strong? say=Strong");
      await page.locator("#composer").press("Enter");
      await answered(page);
      await page.getByRole("list", { name: "Attached files" }).getByText("wind.md").waitFor();
      expect(faults).toEqual([]);
      await page.close();
    });

    test("tools wait for consent, one fails and says why, and the answer uses the other; it costs what the list says", async () => {
      const { page, faults } = await open();
      // What a model can do is known once it is loaded.
      await ask(page, "Hello say=Hello");
      await answered(page);
      await page.goto(`${server.origin}/chat`);
      await page.getByRole("button", { name: "Tools", exact: true }).click();
      await page.getByRole("checkbox", { name: "calculate" }).check();
      await page.getByRole("button", { name: "Save" }).click();
      const calls = ["6 * 7", "1 / 0"].map((expression) => ({ name: "calculate", arguments: { expression } }));
      await ask(page, `call=${JSON.stringify(calls)}`);
      const cards = page.getByRole("region", { name: "Call of calculate" });
      await cards.nth(1).getByText("waits for you").waitFor();
      expect(await axeFaults(page, "waiting calls")).toEqual([]);
      await page.reload();
      await cards.nth(0).getByRole("button", { name: "Allow" }).click();
      await cards.nth(0).getByText("42").waitFor();
      await cards.nth(1).getByRole("button", { name: "Allow" }).click();
      await cards.nth(1).getByText("division by zero").waitFor();
      await answered(page);
      expect(await page.getByRole("article", { name: "Answer" }).last().innerText()).toMatch(/The tools said .*42/);
      expect(await page.getByRole("article", { name: "Answer" }).last().innerText()).toMatch(/€0\.\d+/);
      expect(await cards.nth(0).getByRole("button", { name: "Try again" }).count()).toBe(0);
      await cards.nth(1).getByRole("button", { name: "Try again" }).click();
      await page.getByRole("group", { name: "Version 2 of 2" }).waitFor();
      await cards.nth(1).getByText("division by zero").waitFor();
      await answered(page);
      await page.reload();
      await cards.nth(0).getByText("42").waitFor();
      expect(await page.getByRole("article", { name: "Answer" }).last().innerText()).toMatch(/The tools said .*42/);
      expect(faults).toEqual([]);
      await page.close();
    });

    test("everything is reached by the keyboard: a palette finds conversations and pages", async () => {
      const { page, faults } = await open();
      await ask(page, "Quetzalcoatl say=A feathered serpent");
      await answered(page);
      const palette = page.getByRole("dialog", { name: /^Search, go to a page/ });
      await page.getByRole("button", { name: "Account" }).waitFor();
      const openPalette = async (text: string) => {
        await page.keyboard.press("Control+k");
        await palette.getByRole("combobox").fill(text);
      };
      await openPalette("new chat");
      await palette
        .getByRole("option", { name: /New chat/ })
        .first()
        .waitFor();
      await palette.getByRole("combobox").press("Enter");
      await page.waitForURL(/\/chat$/);
      await openPalette("feathered");
      await palette.getByRole("option", { name: /Quetzalcoatl/ }).waitFor();
      await palette.getByRole("combobox").press("Enter");
      await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
      await openPalette("large");
      await palette.getByRole("combobox").press("Enter");
      await page.waitForURL(/\/chat$/);
      await page.getByRole("button", { name: /tramontane-large/ }).waitFor();
      await openPalette("small");
      await palette.getByRole("combobox").press("Enter");
      await page.getByRole("button", { name: /tramontane-small/ }).waitFor();
      await openPalette("");
      await page.keyboard.press("Escape");
      await palette.waitFor({ state: "detached" });
      expect(faults).toEqual([]);
    });

    test("hostile calls of tools run nothing and fetch nothing", async () => {
      const { page, faults } = await open();
      await page.getByRole("button", { name: /^Tools/ }).click();
      await page.getByRole("checkbox", { name: "calculate" }).check();
      await page.getByRole("button", { name: "Save" }).click();
      const expression = "<img src=https://evil.test/a.png onerror=alert(1)><script>alert(2)</script>";
      await ask(page, `call=${JSON.stringify([{ name: "calculate", arguments: { expression } }])}`);
      const card = page.getByRole("region", { name: "Call of calculate" }).last();
      await card.getByRole("button", { name: "Allow" }).click();
      await answered(page);
      await page.waitForTimeout(500);
      expect(await card.locator("img,script,iframe").count()).toBe(0);
      expect(await page.getByRole("article", { name: "Answer" }).last().locator("img,script,iframe").count()).toBe(0);
      expect(faults).toEqual([]);
    });

    test("hostile Markdown runs nothing and fetches nothing", async () => {
      const { page, faults } = await open();
      const hostile = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,<script>alert(1)</script>)",
        "![picture](https://evil.test/a.png) <svg onload=alert(1)>",
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        "$\\href{javascript:alert(1)}{x}$ and $\\includegraphics{https://evil.test/b.png}$",
        "```html\n<img src=x onerror=alert(1)>\n```",
        "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
      ].join("\n\n");
      await ask(page, `rate=2000 say=${hostile}`);
      await answered(page);
      await page.waitForTimeout(800);
      const found = await page
        .locator(".md")
        .last()
        .evaluate((root) => ({
          scriptable: root.querySelectorAll("img,iframe,script,svg:not([aria-hidden]),object,embed").length,
          handlers: [...root.querySelectorAll("*")].filter((element) =>
            [...element.attributes].some(({ name }) => /^on/i.test(name)),
          ).length,
          links: [...root.querySelectorAll("a")].map((link) => link.getAttribute("href")),
        }));
      expect(found).toEqual({ scriptable: 0, handlers: 0, links: ["https://evil.test/a.png"] });
      expect(faults).toEqual([]);
      await page.close();
    });
  },
);
