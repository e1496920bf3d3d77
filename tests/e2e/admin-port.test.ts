import { afterAll, beforeAll, expect, test } from "vitest";
import { startServerProcess } from "../server-process.ts";
import type { ServerProcess } from "../server-process.ts";
import { within } from "../support/patience.ts";
import { builtWebApp } from "../support/web-app.ts";
import { CHROMIUM, launchBrowser, NO_CHROMIUM } from "./browser.ts";

let server: ServerProcess;
let adminUrl: string;

beforeAll(async () => {
  builtWebApp();
  server = await startServerProcess({ flags: ["--admin-port", "0"] });
  adminUrl = /Admin\s+(\S+)\/admin\/v1/.exec(server.output())![1]!;
}, 240_000);
afterAll(async () => {
  await server?.stop();
});

async function call(origin: string, method: string, path: string, body?: unknown, key = server.key) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "x-tramontane-app": "1" };
  const response = await fetch(origin + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("beside an admin port the first has no administration, but people join, sign in and chat there", async () => {
  expect((await call(server.url, "GET", "/admin/v1/usage")).status).toBe(404);
  expect((await call(adminUrl, "GET", "/admin/v1/usage")).status).toBe(200);
  const email = "ana@example.test";
  const password = "a long pass phrase";
  const invited = await call(adminUrl, "POST", "/admin/v1/invitations", { email, role: "member" });
  expect((await call(server.url, "POST", "/admin/v1/invitations", { email, role: "owner" })).status).toBe(404);
  const joining = { token: invited.body["token"], name: "Ana", password };
  expect((await call(server.url, "POST", "/admin/v1/invitations/accept", joining)).status).toBe(200);
  const { body: session } = await call(server.url, "POST", "/admin/v1/sessions", { email, password });
  const key = String(session["token"]);
  expect(await call(server.url, "POST", "/api/session", { key })).toMatchObject({
    status: 201,
    body: { user: { consolePort: Number(new URL(adminUrl).port) } },
  });
  const { body: there } = await call(adminUrl, "POST", "/api/session", { key });
  expect(there["user"]).not.toHaveProperty("consolePort");
  expect((await call(server.url, "DELETE", "/admin/v1/sessions", undefined, key)).status).toBe(200);
}, 240_000);

test.skipIf(CHROMIUM === undefined)(
  `the console's pages on the first port say where it is, and lead there, signed in (skipped when ${NO_CHROMIUM})`,
  async () => {
    const browser = await launchBrowser();
    try {
      const page = await (await browser.newContext({ locale: "en-US" })).newPage();
      page.setDefaultTimeout(within(30_000));
      await page.goto(`${server.url}/login#key=${server.key}`);
      await page.waitForURL("**/chat");
      await page.goto(`${server.url}/console/keys`);
      await page.getByRole("heading", { name: "The console has an address of its own" }).waitFor();
      await page.getByRole("link", { name: "Open the console there" }).click();
      await page.waitForURL(`${adminUrl}/console/keys`);
      await page.getByRole("heading", { name: "API keys" }).waitFor();
      await page.getByText("configured key").waitFor();
    } finally {
      await browser.close();
    }
  },
  240_000,
);
