import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BrowserContext, Page } from "playwright-core";
import type { AppServer } from "../support/app-server.ts";
import { within } from "../support/patience.ts";
import { ask, axeFaults, CHROMIUM, NO_CHROMIUM, openPage, sellTokensDearly, send } from "./browser.ts";
import type { Watched } from "./browser.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)(
  `when an answer has to wait, or there is none, in Chromium (skipped when ${NO_CHROMIUM})`,
  { timeout: 150_000 },
  () => {
    let stage: Stage;
    let server: AppServer;
    let context: BrowserContext;
    let letLoad: () => void = () => {};

    beforeAll(async () => {
      const isLoaded = new Promise<void>((resolve) => (letLoad = resolve));
      stage = await openStage({
        async loadLarge(onProgress) {
          onProgress(0.4);
          await isLoaded;
        },
      });
      ({ server, context } = stage);
      await sellTokensDearly(server);
    }, 240_000);
    afterAll(() => stage?.close());
    afterEach(() => stage.closePages());

    const open = async (path = "/chat"): Promise<Watched> => {
      const watched = await openPage(context, server.origin);
      await watched.page.goto(server.origin + path);
      await watched.page.getByRole("textbox", { name: "Message" }).waitFor();
      return watched;
    };
    const answered = (page: Page) =>
      page
        .getByRole("button", { name: "Answer again" })
        .last()
        .waitFor({ timeout: within(40_000) });

    test("a model that is being loaded shows how far it is, and then answers", async () => {
      const { page, faults } = await open();
      await page.locator("button[aria-haspopup=listbox]").click();
      await page.getByRole("option", { name: /tramontane-large/ }).click();
      await ask(page, "say=At last");
      const bar = page.getByRole("progressbar", { name: "Loading of the model" });
      await bar.waitFor();
      expect(await bar.getAttribute("aria-valuenow")).toBe("40");
      await page.getByText("The model is being loaded: 40%").waitFor();
      // Who comes back meanwhile sees the same.
      await page.reload();
      await bar.waitFor();
      letLoad();
      await page.getByRole("article", { name: "Answer" }).getByText("At last").waitFor();
      expect(faults).toEqual([]);
    });

    test("who waits in line knows the place, moves up, and is answered", async () => {
      const busy = new AbortController();
      const others = Array.from({ length: 33 }, () =>
        fetch(`${server.origin}/v1/chat/completions`, {
          method: "POST",
          headers: { cookie: server.cookie, "x-tramontane-app": "1", "content-type": "application/json" },
          body: JSON.stringify({
            model: "tramontane-small",
            messages: [{ role: "user", content: "rate=5 chars=4000" }],
            stream: true,
          }),
          signal: busy.signal,
        }).catch(() => undefined),
      );
      await Promise.race(others);
      const { page, faults } = await open();
      await page.locator("button[aria-haspopup=listbox]").click();
      await page.getByRole("option", { name: /tramontane-small/ }).click();
      await ask(page, "say=My turn");
      await page.getByText(/^Place 2 in line/).waitFor();
      expect(await axeFaults(page, "in line")).toEqual([]);
      busy.abort();
      await page.getByRole("article", { name: "Answer" }).getByText("My turn").waitFor();
      expect(faults).toEqual([]);
    });

    test("a used-up budget says so in the reader's language, and whom to ask", async () => {
      const invited = (await (
        await server.call("POST", "/admin/v1/invitations", { email: "ada@example.test", role: "admin" })
      ).json()) as { token: string };
      const joining = { token: invited.token, name: "Ada", password: "a long pass phrase" };
      await server.call("POST", "/admin/v1/invitations/accept", joining);
      const budget = (await (await server.call("PUT", "/admin/v1/budgets", { cap: "1" })).json()) as { id: string };
      const { page, faults } = await open();
      await page.getByLabel("Language").selectOption("de");
      await ask(page, "say=Nie");
      const note = page.getByRole("note").filter({ hasText: "Das Budget oder das Guthaben ist aufgebraucht." });
      const link = note.getByRole("link", { name: "Ada" });
      expect(await link.getAttribute("href")).toMatch(/^mailto:ada%40example\.test\?subject=Das%20Budget/);
      await server.call("DELETE", `/admin/v1/budgets/${budget.id}`);
      await page.getByLabel("Sprache").selectOption("en");
      expect(faults).toEqual([]);
    });

    test("a conversation that outgrew its model says what was left out, and goes on from a summary", async () => {
      const long = Array.from({ length: 40 }, (_, index) => `Message ${index} ${"word ".repeat(1000)}`);
      const id = await server.seedConversation("Outgrown", long);
      const { page, faults } = await open(`/chat/${id}`);
      await send(page, "say=Short");
      const note = page.getByRole("note").filter({ hasText: /Messages 1 to \d+ no longer fit/ });
      await note.waitFor();
      expect(await axeFaults(page, "outgrown")).toEqual([]);
      await note.getByRole("button", { name: "Summarise in a new chat" }).click();
      await page.waitForURL((url) => !url.pathname.endsWith(id));
      await page.getByText("Summarise the attached conversation").first().waitFor();
      await page.getByRole("list", { name: "Attached files" }).getByText("Conversation.md").waitFor();
      await answered(page);
      expect(faults).toEqual([]);
    });

    test("who asks too fast sees the seconds go by, and can ask again when they have", async () => {
      const limit = { requests_per_second: 0.15 };
      await server.call("PUT", "/admin/v1/limits", limit);
      const { page, faults } = await open();
      await ask(page, "say=First");
      await answered(page);
      await send(page, "say=Second");
      const note = page.getByRole("note").filter({ hasText: "a limit of your workspace is reached" });
      const button = note.getByRole("button");
      await note.getByText(/Try again in \d+ sec/).waitFor();
      expect(await button.isDisabled()).toBe(true);
      await note.getByRole("button", { name: "Try again", exact: true }).waitFor({ timeout: within(20_000) });
      await button.click();
      await page.getByRole("article", { name: "Answer" }).getByText("Second").waitFor();
      expect(faults).toEqual([]);
    });
  },
);
