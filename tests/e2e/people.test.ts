import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { AppServer } from "../support/app-server.ts";
import { ask, axeFaults, CHROMIUM, NO_CHROMIUM, openPage, signIn } from "./browser.ts";
import type { Watched } from "./browser.ts";
import { DESK, openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)(
  `people and what is theirs, in Chromium (skipped when ${NO_CHROMIUM})`,
  { timeout: 150_000 },
  () => {
    let stage: Stage;
    let server: AppServer;
    let browser: Browser;
    let context: BrowserContext;

    beforeAll(async () => {
      stage = await openStage();
      ({ server, browser, context } = stage);
    }, 240_000);
    afterAll(() => stage?.close());
    afterEach(() => stage.closePages());

    const open = async (path: string): Promise<Watched> => {
      const watched = await openPage(context, server.origin);
      await watched.page.goto(server.origin + path);
      await watched.page.getByRole("heading", { level: 1 }).waitFor();
      return watched;
    };

    /** Makes a window that of a new member. */
    const signInAs = async (window: BrowserContext, { name, role }: { name: string; role: string }): Promise<void> => {
      const person = { email: `${name.toLowerCase()}@example.test`, password: "a long pass phrase" };
      const post = async (path: string, body: object) =>
        (await (await server.call("POST", path, body)).json()) as { token: string };
      const { token } = await post("/admin/v1/invitations", { email: person.email, role });
      await post("/admin/v1/invitations/accept", { token, name, password: person.password });
      const { token: key } = await post("/admin/v1/sessions", person);
      const opened = await server.call("POST", "/api/session", { key }, { cookie: "" });
      await signIn(window, { ...server, cookie: opened.headers.get("set-cookie")!.split(";", 1)[0]! });
    };

    test("all conversations are taken along in one file, and deleted at once", async () => {
      await server.seedConversation("Winds", ["Which wind?", "The mistral."]);
      await server.seedConversation("Sea", ["Which sea?", "The Mediterranean."]);
      const { page, faults } = await open("/settings");
      const saved = async (name: string) => {
        const [file] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("link", { name: `Export all as ${name}` }).click(),
        ]);
        return readFileSync(await file.path(), "utf8");
      };
      const all = JSON.parse(await saved("JSON")) as { conversation: { title: string }; messages: unknown[] }[];
      const counts = all.map(({ conversation, messages }) => `${conversation.title}: ${messages.length}`);
      expect(counts.toSorted((a, b) => a.localeCompare(b))).toEqual(["Sea: 2", "Winds: 2"]);
      expect(await saved("Markdown")).toMatch(/# Sea[\s\S]*# Winds|# Winds[\s\S]*# Sea/);
      await page.getByRole("button", { name: "Delete all conversations" }).click();
      const dialog = page.getByRole("alertdialog");
      expect(await axeFaults(page, "delete all")).toEqual([]);
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Delete all conversations" }).click();
      await dialog.getByRole("button", { name: "Delete all conversations" }).click();
      await page.getByText("All conversations are deleted.").waitFor();
      await page.goto(`${server.origin}/chat`);
      await page.getByText("No conversations yet.").waitFor();
      expect(faults).toEqual([]);
    });

    test("one sees where one is signed in, and signs out there", async () => {
      const { page, faults } = await open("/settings");
      const other = await browser.newContext({
        locale: "en-US",
        userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
      });
      const { page: there } = await openPage(other, server.origin);
      // The same key, another browser.
      await there.goto(`${server.origin}/login#key=tmk_app_0123456789abcdef0123`);
      await there.waitForURL("**/chat");
      await page.reload();
      await page.getByText("this browser").waitFor();
      const row = page.getByRole("listitem").filter({ hasText: "Firefox · Linux" });
      await row.getByRole("button", { name: "Sign out" }).click();
      await row.waitFor({ state: "detached" });
      await there.goto(`${server.origin}/settings`);
      await there.waitForURL("**/login");
      await page.reload();
      await page.getByText("this browser").waitFor();
      expect(faults).toEqual([]);
      await other.close();
    });

    test("a key is revoked only by whoever types its name", async () => {
      const made = await server.call("POST", "/admin/v1/api-keys", { name: "nightly", scopes: ["inference"] });
      const { key } = (await made.json()) as { key: string };
      const { page, faults } = await open("/console/keys");
      await page.getByRole("listitem").filter({ hasText: "nightly" }).getByRole("button", { name: "Revoke" }).click();
      const dialog = page.getByRole("alertdialog");
      const revoke = dialog.getByRole("button", { name: "Revoke" });
      await dialog.getByLabel(/type its name/).fill("night");
      expect(await revoke.isDisabled()).toBe(true);
      await dialog.getByLabel(/type its name/).fill("nightly");
      await revoke.click();
      await page.getByRole("listitem").filter({ hasText: "nightly" }).getByText("revoked").waitFor();
      const headers = { authorization: `Bearer ${key}` };
      expect((await fetch(`${server.origin}/v1/models`, { headers })).status).toBe(401);
      expect(faults).toEqual([]);
    });

    test("somebody works in one workspace and then in another, in every tab, and each keeps what is its own", async () => {
      const own = await browser.newContext(DESK);
      await signInAs(own, { name: "Wanda", role: "admin" });
      const tab = async (path: string): Promise<Watched> => {
        const watched = await openPage(own, server.origin);
        await watched.page.goto(server.origin + path);
        return watched;
      };
      const menu = async (page: Page, name: string) => {
        await page.getByRole("button", { name: "Account" }).click();
        await page.getByRole("list", { name: "Workspace" }).getByRole("button", { name }).click();
      };
      const { page, faults } = await tab("/console/members");
      await page.getByRole("button", { name: "New workspace" }).click();
      await page.getByLabel("Name").fill("Research");
      await page.getByRole("button", { name: "Create" }).click();
      await page.getByRole("button", { name: "People in Research" }).click();
      const wanda = page.getByRole("dialog").getByRole("checkbox", { name: /Wanda/ });
      await wanda.waitFor();
      expect([await wanda.isChecked(), await wanda.isDisabled()]).toEqual([true, true]);
      expect(await axeFaults(page, "people of a workspace")).toEqual([]);
      await page.getByRole("button", { name: "Close" }).click();
      await page.goto(`${server.origin}/chat`);
      await ask(page, "say=At home");
      const other = await tab("/chat");
      await other.page.getByRole("link", { name: "say=At home" }).waitFor();
      await menu(page, "Research");
      for (const it of [page, other.page]) await it.getByText("No conversations yet.").waitFor();
      await page.reload();
      await page.getByText("No conversations yet.").waitFor();
      await ask(page, "say=At work");
      await page.goto(`${server.origin}/console/usage`);
      await page.locator("option:checked", { hasText: "Research" }).waitFor({ state: "attached" });
      await page.goto(`${server.origin}/console/keys`);
      await page.locator("select", { hasText: "All workspaces" }).selectOption("All workspaces");
      await page.getByText("configured key").waitFor();
      await menu(page, "Default");
      await page.waitForURL("**/console");
      await page.goto(`${server.origin}/chat`);
      await page.getByRole("link", { name: "say=At home" }).waitFor();
      expect(await page.getByRole("link", { name: "say=At work" }).count()).toBe(0);
      expect([...faults, ...other.faults]).toEqual([]);
      await own.close();
    });

    test("an invitation waits in the list until it is taken back; a member becomes an operator and no longer is one", async () => {
      const { page, faults } = await open("/console/members");
      for (const email of ["ana@example.test", "ben@example.test"]) {
        await page.getByRole("button", { name: "Invite" }).click();
        await page.getByLabel("Email").fill(email);
        await page.getByRole("button", { name: "Make a link" }).click();
        const link = await page.getByLabel("Invitation link").inputValue();
        await page.getByRole("button", { name: "Done" }).click();
        const open = page.getByRole("region", { name: "Open invitations" }).last();
        await open.getByRole("cell", { name: email, exact: true }).waitFor();
        const accept = () =>
          server.call("POST", "/admin/v1/invitations/accept", {
            token: link.split("#invitation=")[1],
            name: email.split("@")[0],
            password: "a long pass phrase",
          });
        if (email.startsWith("ben")) {
          await open.getByRole("button", { name: `Withdraw the invitation for ${email}` }).click();
          await open.waitFor({ state: "detached" });
          expect((await accept()).status).toBe(404);
        } else {
          expect((await accept()).status).toBe(200);
          await page.reload();
        }
      }
      const mark = page.getByRole("checkbox", { name: "ana runs this installation" });
      for (const isOperator of [true, false]) {
        await mark.click();
        await expect.poll(() => mark.isChecked()).toBe(isOperator);
        await page.reload();
        await expect.poll(() => mark.isChecked()).toBe(isOperator);
      }
      expect(faults).toEqual([]);
    });
  },
);
