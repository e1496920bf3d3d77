import { afterAll, beforeAll, expect, test } from "vitest";
import { startAppServer } from "./support/app-server.ts";
import { builtWebApp } from "./support/web-app.ts";
import type { AppServer } from "./support/app-server.ts";

let server: AppServer;
beforeAll(async () => {
  server = await startAppServer({ webRoot: builtWebApp() });
}, 240_000);
afterAll(() => server.close());

const ACCOUNT = { name: "Ada", email: "ada@example.test", password: "a long pass phrase" };
const setup = (body: object, headers: Record<string, string> = {}) => server.call("POST", "/api/setup", body, headers);
const isOpen = async () =>
  ((await (await server.call("GET", "/api/sign-in")).json()) as { readonly setup: boolean }).setup;

test("the first owner is made by whoever holds the start key, once, in a session of their own", async () => {
  expect(await isOpen()).toBe(true);
  expect((await server.call("GET", "/setup")).status).toBe(200);
  expect((await setup(ACCOUNT, { cookie: "" })).status).toBe(401);
  expect((await setup(ACCOUNT, { "x-tramontane-app": "", origin: "https://evil.test" })).status).toBe(403);
  expect((await setup({ ...ACCOUNT, password: "short" })).status).toBe(400);
  const made = await setup(ACCOUNT);
  expect(made.status).toBe(201);
  const cookie = made.headers.get("set-cookie")!.split(";", 1)[0]!;
  expect(cookie).not.toBe(server.cookie);
  expect((await server.call("GET", "/api/session")).status).toBe(401);
  const session = await server.call("GET", "/api/session", undefined, { cookie });
  expect(await session.json()).toMatchObject({
    user: { name: "Ada", scopes: expect.arrayContaining(["admin", "operator"]) },
  });
  expect((await setup(ACCOUNT, { cookie })).status).toBe(409);
  expect(await isOpen()).toBe(false);
});
