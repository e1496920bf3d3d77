import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Provider from "oidc-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { createHttpServer, createMetrics } from "#http";
import type { HttpServer } from "#http";
import { Catalog, createInference, Deployment, openBackOffice, openChatApp, openGate } from "#platform";
import type { BackOffice, ChatApp } from "#platform";
import { BrowserSession } from "./support/browser-session.ts";

/** Signing in at a real OpenID provider, on this machine. */

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const directory = mkdtempSync(join(tmpdir(), "tramontane-oidc-"));
const SECRET = "a-secret-between-the-two-servers";
/** Whoever signs in at the provider as NAME has this address. */
const verified = new Set(["ada", "bob", "eve"]);
let provider: Server;
let office: BackOffice;
let chatApp: ChatApp;
let server: HttpServer;
let origin: string;
let organizationId: string;

async function listen(handler?: Parameters<typeof createServer>[1]): Promise<{ server: Server; url: string }> {
  const made = createServer(handler);
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return { server: made, url: `http://127.0.0.1:${(made.address() as AddressInfo).port}` };
}

beforeAll(async () => {
  const free = await listen();
  origin = free.url;
  await new Promise((resolve) => free.server.close(resolve));
  const started = await listen((request, response) => callback(request, response));
  provider = started.server;
  const callback = new Provider(started.url, {
    clients: [
      {
        client_id: "tramontane",
        client_secret: SECRET,
        redirect_uris: [`${origin}/auth/oidc/callback`],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@Example.com`, email_verified: verified.has(id), name: `The ${id}` }),
    }),
    cookies: { keys: ["a key of this test"] },
  }).callback();
  const oidc = {
    issuer: new URL(started.url),
    clientId: "tramontane",
    clientSecret: SECRET,
    redirectUrl: new URL("/auth/oidc/callback", origin),
  };
  office = await openBackOffice({
    directory,
    role: "server",
    configuredKey: undefined,
    oidc,
    clock,
    logger: silentLogger,
  });
  ({ organizationId } = office.firstWorkspace);
  await openDoors();
}, 60_000);
afterAll(async () => {
  await server.close();
  await chatApp.close();
  await office.close();
  provider.closeAllConnections();
  provider.close();
  rmSync(directory, { recursive: true, force: true });
});

async function openDoors(): Promise<void> {
  const spec = {
    id: "none",
    aliases: [],
    createdAt: 0,
    ownedBy: "us",
    serves: { chat: true, fim: false, embeddings: false },
    defaultTemperature: 0,
    contextTokens: 100,
  };
  const catalog = new Catalog([new Deployment(spec, () => Promise.reject(new Error("not needed")))]);
  const metrics = createMetrics();
  const parts = { catalog, clock, random: { next: Math.random }, newId: () => "id", observer: metrics, gate: openGate };
  const inference = createInference(parts);
  chatApp = await openChatApp({ office, inference, catalog, clock, logger: silentLogger });
  server = createHttpServer({
    inference,
    catalog,
    authenticate: office.authenticate,
    metrics,
    logger: silentLogger,
    clock,
    version: "0",
    app: { ...chatApp, webRoot: directory, providerSignIn: office.providerSignIn },
  });
  await server.listen("127.0.0.1", Number(new URL(origin).port));
}

/** Goes through the provider's forms as somebody; ends where that leads. */
async function signInAs(name: string, browser = new BrowserSession()) {
  let { response, url } = await browser.go(`${origin}/auth/oidc`);
  for (let forms = 0; forms < 3 && url.includes("/interaction/"); forms++) {
    const prompt = /name="prompt" value="(\w+)"/.exec(await response.text())![1]!;
    ({ response, url } = await browser.go(url, { prompt, login: name, password: "any" }));
  }
  return { browser, response, url };
}
const invite = (name: string, role: "member" | "admin") =>
  office.members.invite({ organizationId, email: `${name}@example.com`, role }, "system");
const session = (browser: BrowserSession) => browser.ask(`${origin}/api/session`);

test("somebody invited signs in at the provider, is a member then, and may do what the role may", async () => {
  await invite("ada", "member");
  const { browser, url } = await signInAs("ada");
  expect(url).toBe(`${origin}/chat`);
  const body = (await (await session(browser)).json()) as { user: { id: string; name: string; scopes: string[] } };
  expect(body.user).toMatchObject({ name: "The ada", scopes: ["inference", "agents"] });
  expect(body.user.id).toMatch(/^user:/);
  const [member] = await office.members.list(organizationId);
  expect(member).toMatchObject({ email: "ada@example.com", role: "member" });
  // Again, without an invitation: known by the provider's own name.
  expect((await signInAs("ada")).url).toBe(`${origin}/chat`);
  expect(await office.members.list(organizationId)).toHaveLength(1);
});

test("a changed role holds in an open session, and a removed member is out at once", async () => {
  await invite("bob", "admin");
  const { browser } = await signInAs("bob");
  const { userId } = (await office.members.list(organizationId)).find(({ email }) => email.startsWith("bob"))!;
  await office.members.setRole({ organizationId, userId, role: "billing" }, "system");
  expect(await (await session(browser)).json()).toMatchObject({ user: { scopes: ["billing:read", "billing:write"] } });
  await office.members.remove({ organizationId, userId }, "system");
  expect((await session(browser)).status).toBe(401);
});

test("nobody comes in uninvited, or by an address that the provider has not verified", async () => {
  expect(await signInAs("eve")).toMatchObject({ response: { status: 401 } });
  await invite("mallory", "admin");
  expect(await signInAs("mallory")).toMatchObject({ response: { status: 401 } });
  expect((await office.members.list(organizationId)).map(({ email }) => email)).toEqual(["ada@example.com"]);
});

test("a way back that this browser did not begin is refused: no state, another's state, a forged cookie, a used code", async () => {
  const back = `${origin}/auth/oidc/callback`;
  const browser = new BrowserSession();
  expect((await browser.ask(`${back}?code=stolen&state=x`)).status).toBe(401);
  await browser.ask(`${origin}/auth/oidc`);
  expect((await browser.ask(`${back}?code=stolen&state=guessed`)).status).toBe(401);
  // Somebody else's finished address, opened in this browser (login CSRF).
  const other = new BrowserSession();
  const went = await other.ask(`${origin}/auth/oidc`);
  const state = new URL(went.headers.get("location")!).searchParams.get("state")!;
  expect((await browser.ask(`${back}?code=theirs&state=${state}`)).status).toBe(401);
  const flow = other.cookie(origin, "tramontane_oidc")!;
  browser.setCookie(origin, "tramontane_oidc", `${flow.slice(0, -2)}AA`);
  expect((await browser.ask(`${back}?code=theirs&state=${state}`)).status).toBe(401);
  expect((await session(browser)).status).toBe(401);
});

test("a session that was planted before signing in is not the one afterwards", async () => {
  const browser = new BrowserSession();
  browser.setCookie(origin, "tramontane_session", "planted-by-somebody-else");
  await signInAs("ada", browser);
  const token = browser.cookie(origin, "tramontane_session");
  expect(token).toMatch(/^[\w-]{43}$/);
  const planted = await fetch(`${origin}/api/session`, {
    headers: { cookie: "tramontane_session=planted-by-somebody-else" },
  });
  expect(planted.status).toBe(401);
  // And the next sign-in makes another.
  await signInAs("ada", browser);
  expect(browser.cookie(origin, "tramontane_session")).not.toBe(token);
});

test("a signed-in browser changes nothing at another site's wish", async () => {
  const { browser } = await signInAs("ada");
  const cookie = `tramontane_session=${browser.cookie(origin, "tramontane_session")}`;
  for (const headers of [{ cookie }, { cookie, "x-tramontane-app": "1", origin: "https://evil.example" }])
    expect((await fetch(`${origin}/api/session`, { method: "DELETE", headers })).status).toBe(403);
  expect((await session(browser)).status).toBe(200);
  // Nor does the cookie alone open the API.
  expect((await fetch(`${origin}/v1/models`, { headers: { cookie } })).status).toBe(401);
});
