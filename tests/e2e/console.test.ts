import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Browser, BrowserContext } from "playwright-core";
import type { AppServer } from "../support/app-server.ts";
import { within } from "../support/patience.ts";
import { WordJudge } from "../support/word-judge.ts";
import { ask, axeFaults, CHROMIUM, NO_CHROMIUM, openPage, sellTokensDearly } from "./browser.ts";
import type { Watched } from "./browser.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)(
  `the console in Chromium (skipped when ${NO_CHROMIUM})`,
  { timeout: 240_000 },
  () => {
    const judge = new WordJudge();
    let stage: Stage;
    let server: AppServer;
    let browser: Browser;
    let context: BrowserContext;
    let hub: Awaited<ReturnType<typeof openHub>>;

    beforeAll(async () => {
      hub = await openHub();
      const { url: hubUrl } = hub;
      stage = await openStage({ judge, hubUrl });
      ({ server, browser, context } = stage);
    }, 240_000);
    afterAll(async () => {
      await stage?.close();
      hub?.close();
    });
    afterEach(() => stage.closePages());

    const open = async (path: string): Promise<Watched> => {
      const watched = await openPage(context, server.origin);
      await watched.page.goto(server.origin + path);
      await watched.page.getByRole("heading", { level: 1 }).waitFor();
      return watched;
    };
    const spend = (question: string) =>
      server.call("POST", "/v1/chat/completions", {
        model: "tramontane-small",
        messages: [{ role: "user", content: question }],
      });

    test("what is spent stands to the cent in usage and in the commitment, with what will be missing", async () => {
      await sellTokensDearly(server);
      const day = 86_400_000;
      const at = (ms: number) => new Date(Date.now() + ms).toISOString();
      const commitment = { amount: "1000", starts_at: at(-day), ends_at: at(99 * day) };
      await server.call("POST", "/admin/v1/commitments", commitment);
      await spend("say=one two three four rate=5000");
      const { data } = (await (await server.call("GET", "/admin/v1/usage?group_by=day")).json()) as {
        data: { amount: string }[];
      };
      const spent = `€${Number(data[0]!.amount).toFixed(2)}`;
      expect(spent).not.toBe("€0.00");
      const { page, faults } = await open("/console/commitment");
      await page.getByText(spent).first().waitFor();
      await page
        .getByRole("note")
        .getByText(/missing at the end|used up/)
        .waitFor();
      await page.goto(`${server.origin}/console/usage`);
      await page.getByText(spent).first().waitFor();
      expect(faults).toEqual([]);
    });

    test("the overview says how busy it is, and goes on saying so while it is open", async () => {
      const { page, faults } = await open("/console");
      const figure = (name: string) =>
        page
          .locator("dl > div")
          .filter({ has: page.getByText(name, { exact: true }) })
          .locator("dd")
          .first();
      const perMinute = async () => Number(await figure("Requests per minute").innerText());
      const before = await perMinute();
      await expect.poll(() => figure("Engine load").innerText(), { timeout: within(30_000) }).toMatch(/^0 of \d+$/);
      await spend("say=one more rate=5000");
      await expect.poll(perMinute, { timeout: within(30_000) }).toBeGreaterThan(before);
      expect(await figure("Errors").innerText()).toBe("0%");
      expect(faults).toEqual([]);
    });

    test("the playground asks two models, takes results of functions, and shows request, code and cost", async () => {
      const { page, faults } = await open("/console/playground");
      await page.getByRole("button", { name: "Use a sample" }).first().click();
      const call = [{ name: "get_weather", arguments: { city: "Nîmes", unit: "celsius" } }];
      await page.getByLabel("Message 1", { exact: true }).fill(`Weather? call=${JSON.stringify(call)}`);
      await page.getByLabel("Second model: Model").selectOption("tramontane-large");
      await page.getByRole("button", { name: "Run" }).click();
      const first = page.getByRole("region", { name: "First model" });
      await first.getByLabel("Result of get_weather").fill("24 degrees");
      await page.getByRole("region", { name: "Second model" }).getByLabel("Result of get_weather").waitFor();
      await first.getByRole("button", { name: "Send results" }).click();
      await first.getByText("The tools said 24 degrees").waitFor();
      await first.getByText(/first token after \d+ ms .*€\d/).waitFor();
      await first.getByLabel("First model: Shown").selectOption("python");
      await first.getByText("client.chat.complete(").waitFor();
      expect(faults).toEqual([]);
    });

    test("a rule in plain words is tried, published, refuses in the reader's language, and its decisions are reviewed", async () => {
      const { page, faults } = await open("/console/policy");
      await page.getByRole("button", { name: "Add a rule" }).click();
      await page.getByRole("textbox", { name: "Rule 1" }).fill("No advice on medical dosage");
      await page.getByLabel("A message to try").fill("Which dosage of aspirin?");
      await page.getByRole("button", { name: "Try", exact: true }).click();
      await page.getByText(/1\. No advice on medical dosage: 0\.9/).waitFor();
      await page.getByRole("button", { name: "Publish" }).click();
      await page.getByRole("dialog").getByText("new").waitFor();
      await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
      await page.getByText("version 1 in force").waitFor();
      await page.goto(`${server.origin}/chat`);
      await page.getByLabel("Language").selectOption("fr");
      await ask(page, "Quelle dosage pour un enfant ? say=Jamais");
      const card = page.getByRole("note").filter({ hasText: "No advice on medical dosage" });
      await card.getByText(/certitude|certainty/).waitFor();
      const reference = /Référence (\S+)/.exec(await card.innerText())![1]!;
      expect(await page.locator("article").last().innerText()).not.toContain("Jamais");
      expect(await axeFaults(page, "refusal")).toEqual([]);
      await page.getByLabel("Langue").selectOption("en");
      await page.goto(`${server.origin}/console/moderation`);
      await page.getByText("1. No advice on medical dosage").first().waitFor();
      await page.getByText(reference).waitFor();
      await page.getByRole("button", { name: "It was right" }).first().click();
      await page.getByText("100%").waitFor();
      expect(faults).toEqual([]);
    });

    test("a message that passed unjudged says so in the reader's language, also after a reload, and in the log", async () => {
      const rules = [{ text: "No advice on medical dosage", action: "refuse" }];
      await server.call("PUT", "/admin/v1/policy/draft", { on_failure: "open", rules });
      await server.call("POST", "/admin/v1/policy/publish", { note: "Health" });
      const { page, faults } = await open("/chat");
      await page.getByLabel("Language").selectOption("de");
      judge.isDown = true;
      await ask(page, "Welche dosage? say=Eine");
      const line = page.getByRole("note").filter({ hasText: "ging unbeurteilt durch" });
      await line.getByText("Health").waitFor();
      expect(await axeFaults(page, "unjudged")).toEqual([]);
      await page.reload();
      await line.getByText(/Regeln: Version \d+/).waitFor();
      judge.isDown = false;
      await page.getByLabel("Sprache").selectOption("en");
      await page.goto(`${server.origin}/console/moderation`);
      const decision = page.getByRole("listitem").filter({ hasText: "not judged, let through" });
      await decision.getByText(/Rules: version \d+/).waitFor();
      expect(await decision.getByRole("button", { name: "It was right" }).count()).toBe(0);
      expect(faults).toEqual([]);
    });

    test("somebody invited chooses a password, joins, signs in again, and sees only the chat", async () => {
      const { page, faults } = await open("/console/members");
      await page.getByRole("button", { name: "Invite" }).click();
      await page.getByLabel("Email").fill("ana@example.test");
      await page.getByRole("button", { name: "Make a link" }).click();
      const link = await page.getByLabel("Invitation link").inputValue();
      const guest = await browser.newContext({ locale: "en-US" });
      const { page: hers } = await openPage(guest, server.origin);
      await hers.goto(link);
      await hers.getByLabel("Your name").fill("Ana");
      await hers.getByLabel(/^Password/).fill("a long pass phrase");
      await hers.getByRole("button", { name: "Join" }).click();
      await hers.getByRole("heading", { name: "What would you like to know?" }).waitFor();
      expect(await hers.getByRole("link", { name: "Console" }).count()).toBe(0);
      await guest.clearCookies();
      await hers.goto(`${server.origin}/login`);
      await hers.getByLabel("Email").fill("ana@example.test");
      await hers.getByLabel("Password", { exact: true }).fill("a long pass phrase");
      await hers.getByRole("button", { name: "Sign in as a member" }).click();
      await hers.getByRole("heading", { name: "What would you like to know?" }).waitFor();
      await page.goto(`${server.origin}/console/members`);
      await page.getByRole("cell", { name: "ana@example.test" }).waitFor();
      expect(faults).toEqual([]);
      await guest.close();
    });

    test("a model is deployed: its bar survives a reload and a restart, and then it answers", async () => {
      const name = "mistral-7b-instruct-v0.3";
      const { page } = await open("/console/models");
      const card = page.locator("li", { has: page.getByRole("heading", { name, exact: true }) });
      const bar = page.getByRole("progressbar", { name: `${name} on its way` });
      await page.getByRole("button", { name: `Deploy ${name}` }).click();
      await card.getByText(/2 MB of 10 MB/).waitFor();
      await page.goto(`${server.origin}/chat`);
      await page.getByRole("button", { name: "1 job runs" }).click();
      await page.getByRole("region", { name: "Activity" }).getByRole("link", { name }).click();
      await card.getByText(/2 MB of 10 MB/).waitFor();
      await page.reload();
      await card.getByRole("button", { name: "Cancel" }).click();
      await card.getByRole("button", { name: "Go on" }).click();
      await expect.poll(() => hub.ranges.length, { timeout: within(30_000) }).toBe(2);
      await server.crashAndRestart();
      hub.letOn();
      await card.getByText("ready", { exact: true }).waitFor({ timeout: within(60_000) });
      await bar.waitFor({ state: "detached" });
      expect(hub.ranges[0]).toBe("none");
      expect(hub.ranges.slice(1).every((range) => /^bytes=\d{7}-$/.test(range))).toBe(true);
      await page.goto(`${server.origin}/chat`);
      await page.locator("button[aria-haspopup=listbox]").click();
      await page.getByRole("option", { name }).click();
      await ask(page, "say=From the new one");
      await page.getByText(new RegExp(`tok/s · ${name}|· ${name}`)).waitFor();
    });

    test("eight visible tabs all work over HTTP/1.1, and all see an answer grow", async () => {
      const first = await open("/chat");
      await ask(first.page, "Tabs rate=20 chars=500");
      const path = new URL(first.page.url()).pathname;
      const tabs: Watched[] = [first];
      for (let count = 2; count <= 8; count += 1) tabs.push(await open(path));
      for (const { page } of tabs)
        await page.getByRole("button", { name: "Answer again" }).waitFor({ timeout: within(60_000) });
      await ask(tabs[7]!.page, "say=Last");
      for (const { page } of tabs) await page.getByText("Last", { exact: true }).last().waitFor();
      expect(tabs.flatMap(({ faults }) => faults)).toEqual([]);
    });
  },
);

/** A hub of one file, which it stops in the middle of until it is let on. */
async function openHub() {
  const file = readFileSync("models/tramontane-small.gguf");
  const ranges: string[] = [];
  let isOpen = false;
  const waiting: (() => void)[] = [];
  const hub = createServer((request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    ranges.push(request.headers.range ?? "none");
    response.writeHead(from > 0 ? 206 : 200, { etag: '"v1"', "content-length": file.length - from });
    const rest = file.subarray(from);
    const held = Math.max(0, 2_000_000 - from);
    response.write(rest.subarray(0, held));
    const finish = () => response.end(rest.subarray(held));
    if (isOpen) finish();
    else waiting.push(finish);
  });
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(hub.address() as AddressInfo).port}`,
    ranges,
    letOn() {
      isOpen = true;
      for (const finish of waiting) finish();
    },
    close() {
      hub.closeAllConnections();
      hub.close();
    },
  };
}
