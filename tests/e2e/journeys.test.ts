import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Browser, BrowserContext, FileChooser, Page } from "playwright-core";
import { APP_KEY } from "../support/app-server.ts";
import type { AppServer } from "../support/app-server.ts";
import { within } from "../support/patience.ts";
import { ask, CHROMIUM, NO_CHROMIUM, openPage, sellTokensDearly, signIn } from "./browser.ts";
import { layCable } from "./cable.ts";
import { longAnswer } from "./scripted-model.ts";
import { DESK, openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)(
  `whole ways through the product, in Chromium (skipped when ${NO_CHROMIUM})`,
  { timeout: 150_000 },
  () => {
    let stage: Stage;
    let server: AppServer;
    let browser: Browser;
    let context: BrowserContext;

    beforeAll(async () => {
      stage = await openStage();
      ({ server, browser, context } = stage);
      await sellTokensDearly(server);
    }, 240_000);
    afterAll(() => stage?.close());
    afterEach(() => stage.closePages());

    const answer = (page: Page) => page.getByRole("article", { name: "Answer" }).last();

    test("a commitment that is used up too soon says when, then that it is, and by how much", async () => {
      const day = 86_400_000;
      const at = (ms: number) => new Date(Date.now() + ms).toISOString();
      const commitment = { amount: "100", starts_at: at(-day), ends_at: at(99 * day) };
      await server.call("POST", "/admin/v1/commitments", commitment);
      const spend = (words: number) =>
        server.call("POST", "/v1/chat/completions", {
          model: "tramontane-small",
          messages: [{ role: "user", content: `rate=5000 say=${"word ".repeat(words).trim()}` }],
        });
      const used = async () => {
        const { data } = (await (await server.call("GET", "/admin/v1/usage?group_by=day")).json()) as {
          data: { amount: string }[];
        };
        return data.reduce((sum, { amount }) => sum + Number(amount), 0);
      };
      await spend(60);
      const own = await browser.newContext(DESK);
      await signIn(own, server);
      const { page, faults } = await openPage(own, server.origin);
      await page.goto(`${server.origin}/console/commitment`);
      const outlook = page.getByRole("note");
      await outlook.getByText(/At this pace it is used up on \w+ \d+, \d{4}\./).waitFor({ timeout: within(20_000) });
      await page
        .getByText(`€${(await used()).toFixed(2)}`)
        .first()
        .waitFor();
      await spend(100);
      await page.reload();
      const beyond = (await used()) - 100;
      expect(beyond).toBeGreaterThan(0);
      await outlook.getByText(`€${beyond.toFixed(2)} were used beyond the commitment.`).waitFor();
      expect(faults).toEqual([]);
      await own.close();
    });

    test("from the first start to the first answer: an account, a question, no reload", async () => {
      const own = await browser.newContext(DESK);
      const { page, faults } = await openPage(own, server.origin);
      let loads = 0;
      page.on("load", () => (loads += 1));
      await page.goto(`${server.origin}/setup`);
      await page.getByLabel("API key").fill(APP_KEY);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByLabel("Your name").fill("Ada");
      await page.getByLabel("Email").fill("ada@example.test");
      await page.getByLabel("Password", { exact: false }).fill("a long pass phrase");
      await page.getByRole("button", { name: "Create account" }).click();
      await page.getByText("tramontane-small is ready for your first question.").waitFor();
      await page.getByRole("link", { name: "Ask the first question" }).click();
      await page.locator("#composer").fill("say=Welcome, Ada.");
      await page.locator("#composer").press("Enter");
      await answer(page).getByText("Welcome, Ada.").waitFor();
      expect(loads).toBe(1);
      expect(faults).toEqual([]);
      await own.close();
    });

    test("ten seconds without a network are told, and the answer is whole when it is back", async () => {
      const cable = await layCable(server.origin);
      const own = await browser.newContext(DESK);
      const { page } = await openPage(own, cable.origin);
      await page.goto(`${cable.origin}/login#key=${APP_KEY}`);
      await page.waitForURL("**/chat");
      await ask(page, "Network rate=25 chars=2000");
      await page.getByRole("heading", { name: "Part 1" }).waitFor();
      cable.cut();
      const field = page.getByRole("textbox", { name: "Message" });
      await field.fill("kept while offline");
      await page.getByText("Connection lost. Reconnecting.").waitFor();
      await page.waitForTimeout(10_000);
      cable.mend();
      await page.getByText("Connection lost. Reconnecting.").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Answer again" }).waitFor({ timeout: within(60_000) });
      expect(await answer(page).locator(".md h3").allInnerTexts()).toEqual(
        [...longAnswer(2000).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading),
      );
      expect(await field.inputValue()).toBe("kept while offline");
      await own.close();
      cable.close();
    });

    test("files come by paste, by drop and by the keyboard; what is too large is refused by name", async () => {
      const { page, faults } = await openPage(context, server.origin);
      await page.goto(`${server.origin}/login#key=${APP_KEY}`);
      const field = page.locator("#composer");
      await field.waitFor();
      const give = (kind: "paste" | "drop", name: string, type: string, text: string) =>
        field.evaluate(
          (element, file) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([file.text], file.name, { type: file.type }));
            const options = { bubbles: true, cancelable: true };
            element.dispatchEvent(
              file.kind === "paste"
                ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
                : new DragEvent("drop", { ...options, dataTransfer: transfer }),
            );
          },
          { kind, name, type, text },
        );
      await give("paste", "pasted.md", "text/markdown", "# Wind");
      await page.getByRole("button", { name: "Remove pasted.md" }).waitFor();
      await give("drop", "dropped.txt", "text/plain", "Sea");
      await page.getByRole("button", { name: "Remove dropped.txt" }).waitFor();
      // What still loads may take the focus away before the key arrives.
      let chooser: FileChooser | undefined;
      for (let tries = 0; chooser === undefined && tries < 5; tries += 1) {
        const opened = page.waitForEvent("filechooser", { timeout: 8000 }).catch(() => undefined);
        await page.getByRole("button", { name: "Attach files" }).press("Enter");
        chooser = await opened;
      }
      await chooser!.setFiles([
        { name: "paper.pdf", mimeType: "application/pdf", buffer: readFileSync("tests/e2e/paper.pdf") },
        { name: "huge.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(30_000_000, "a") },
      ]);
      await page.getByText("huge.pdf: larger than 20 MB.").waitFor();
      await page.getByText(/1 page · about \d+ tokens/).waitFor();
      // A slow one shows how far it is, holds nothing up that is written meanwhile, and can be called off.
      const session = await page.context().newCDPSession(page);
      const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 100_000 };
      await session.send("Network.emulateNetworkConditions", slow);
      await page
        .locator("input[type=file]")
        .setInputFiles([{ name: "slow.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(3_000_000, "a") }]);
      const bar = page.getByRole("progressbar", { name: "Sending slow.pdf" });
      await expect.poll(async () => Number(await bar.getAttribute("aria-valuenow"))).toBeGreaterThan(0);
      await field.fill("written meanwhile");
      await page.getByRole("button", { name: "Cancel slow.pdf" }).click();
      await bar.waitFor({ state: "detached" });
      await session.send("Network.emulateNetworkConditions", { ...slow, uploadThroughput: -1 });
      expect(await field.inputValue()).toBe("written meanwhile");
      await page.getByRole("button", { name: "Remove pasted.md" }).press("Enter");
      await field.fill("say=Read");
      await field.press("Enter");
      const list = page.getByRole("list", { name: "Attached files" }).first();
      await list.getByText("dropped.txt").waitFor();
      expect(await list.getByRole("listitem").count()).toBe(2);
      expect(faults).toEqual([]);
    });

    test("everything by the keyboard alone: sign in, choose a model, ask, stop, branch, delete; the focus is always seen", async () => {
      const own = await browser.newContext(DESK);
      const { page, faults } = await openPage(own, server.origin);
      await page.goto(`${server.origin}/login`);
      await page.getByLabel("API key").waitFor();
      /** Goes on with the focus until it is on what is called so. */
      const tabTo = async (name: RegExp, key = "Tab") => {
        for (let step = 0; step < 80; step += 1) {
          const { called, isSeen } = await focused(page);
          if (name.test(called)) return expect([called, isSeen]).toEqual([called, true]);
          await page.keyboard.press(key);
        }
        throw new Error(`The focus never came to ${String(name)}`);
      };
      await tabTo(/^API key$/);
      await page.keyboard.type(APP_KEY);
      await page.keyboard.press("Enter");
      await page.waitForURL("**/chat");
      await page.getByRole("button", { name: "Account" }).waitFor();
      await tabTo(/^Model tramontane/);
      await page.keyboard.press("Enter");
      await page.getByRole("option", { name: /tramontane-large/ }).waitFor();
      await page.keyboard.type("large");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Model tramontane-large" }).waitFor();
      await tabTo(/^Message$/, "Shift+Tab");
      await page.keyboard.type("Go rate=40 chars=6000");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByText("Stopped. The text so far is kept.").first().waitFor();
      // From the field, up the page, to the question.
      await tabTo(/^Edit$/, "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Control+a");
      await page.keyboard.type("say=Another");
      await page.keyboard.press("Enter");
      await answer(page).getByText("Another").waitFor();
      await page.getByRole("button", { name: "Answer again" }).waitFor();
      await tabTo(/^Previous version$/, "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.getByText("Stopped. The text so far is kept.").first().waitFor();
      await tabTo(/^Options of this conversation$/, "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("menuitem", { name: "Delete" }).waitFor();
      await page.keyboard.press("End");
      await page.keyboard.press("Enter");
      await page.getByRole("alertdialog").waitFor();
      // Escape first: a dialog gives the focus back to where it was.
      await page.keyboard.press("Escape");
      await page.getByRole("alertdialog").waitFor({ state: "detached" });
      await tabTo(/^Options of this conversation$/, "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("menuitem", { name: "Delete" }).waitFor();
      await page.keyboard.press("End");
      await page.keyboard.press("Enter");
      await tabTo(/^Delete$/);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/chat$/);
      expect(faults).toEqual([]);
      await own.close();
    });
  },
);

/** What has the focus, as it is called, and whether one sees that it has. */
function focused(page: Page): Promise<{ called: string; isSeen: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const label = element.getAttribute("aria-label") ?? (element as HTMLInputElement).labels?.[0]?.textContent;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    // Fields and rows may show it on what surrounds them.
    const around = element.closest<HTMLElement>(".focus-within\\:border-accent, .has-focus-visible\\:outline-2");
    const isOutlined = outlineStyle !== "none" && outlineWidth !== "0px";
    const called = (label ?? element.textContent ?? "").replaceAll(/\s+/g, " ").trim();
    return { called, isSeen: isOutlined || around !== null };
  });
}
