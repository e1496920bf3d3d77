// Makes the pictures of the documentation from the running product: node --import tsx scripts/pictures.ts
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { chromium } from "playwright-core";

const MODEL = "tramontane-small";
const DAY_MS = 86_400_000;
const FOLDER = "docs/pictures";

const dataDir = mkdtempSync(join(tmpdir(), "tramontane-pictures-"));
const server = spawn(process.execPath, ["bin/tramontane.mjs", "serve", "--port", "0"], {
  env: { ...process.env, TRAMONTANE_DATA_DIR: dataDir },
});
try {
  let written = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk: Buffer) => (written += String(chunk)));
  while (!written.includes("is ready")) {
    if (server.exitCode !== null) throw new Error(written);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const origin = /listens on (\S+)/.exec(written)![1]!;
  const key = readFileSync(join(dataDir, "api-key"), "utf8").trim();
  mkdirSync(FOLDER, { recursive: true });
  await seed(origin, key);
  await photograph(origin, key);
} finally {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  if (server.exitCode === null) await ended;
  rmSync(dataDir, { recursive: true, force: true });
}

/** A price list, a commitment, and something used. */
async function seed(origin: string, key: string): Promise<void> {
  const call = async (method: string, path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const response = await fetch(origin + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  const at = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
  const items = [{ model: MODEL, input_per_million: "1850", output_per_million: "5500" }];
  await call("POST", "/admin/v1/price-lists", { name: "standard", currency: "EUR", valid_from: at(-100), items });
  await call("PUT", "/admin/v1/billing/terms", { price_list: "standard" });
  await call("POST", "/admin/v1/commitments", { amount: "2", starts_at: at(-20), ends_at: at(70) });
  for (const question of ["Hello", "What is the capital of France?", "Name three colours."]) {
    const messages = [{ role: "user", content: question }];
    await call("POST", "/v1/chat/completions", { model: MODEL, messages, max_tokens: 60 });
  }
}

async function photograph(origin: string, key: string): Promise<void> {
  const executablePath = [process.env["CHROMIUM"], "/usr/bin/chromium"].find((path) => path && existsSync(path));
  const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ["--no-sandbox"] });
  try {
    for (const [theme, language] of [
      ["light", "en"],
      ["dark", "fr"],
    ] as const) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const preferences = { language, theme, textSize: "normal", enterSends: true, model: MODEL };
      await context.addInitScript(
        (text) => localStorage.setItem("tramontane.preferences", text),
        JSON.stringify(preferences),
      );
      const page = await context.newPage();
      await page.goto(`${origin}/login`);
      await page.locator("input[type=password]").first().fill(key);
      await page.keyboard.press("Enter");
      await page.waitForURL("**/chat");
      const save = (name: string) => page.screenshot({ path: join(FOLDER, `${name}-${theme}.png`) });
      await ask(page, language === "en" ? "Hello! Who are you?" : "Bonjour ! Qui es-tu ?");
      await save("chat");
      if (language === "en") await tryPlayground(page, origin);
      for (const name of language === "en" ? ["playground", "commitment", "policy"] : ["usage"]) {
        if (name !== "playground") await page.goto(`${origin}/console/${name}`);
        await page.setViewportSize({ width: 1280, height: name === "playground" ? 1100 : 800 });
        await page.locator("h1").waitFor();
        await page.waitForTimeout(800);
        await save(name);
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

async function ask(page: Page, question: string): Promise<void> {
  await page.locator("form button", { hasText: MODEL }).waitFor();
  await page.locator("#composer").fill(question);
  await page.keyboard.press("Enter");
  await page.waitForURL(/chat\/.+/);
  await page.locator("article").nth(1).waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached", timeout: 60_000 });
  await page.waitForTimeout(500);
}

async function tryPlayground(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/console/playground`);
  await page.getByLabel("Message 1", { exact: true }).fill("What is the weather in Paris, in celsius?");
  await page.getByRole("button", { name: "Use a sample" }).first().click();
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByText(/first token after/).waitFor({ timeout: 60_000 });
}
