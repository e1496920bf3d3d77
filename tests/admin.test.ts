import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "#base";
import { adminRoutes } from "#http";
import type { Route } from "#http";
import { closeBooks, february2024, openBackOffice, ROLE_SCOPES, ROLES, SCOPES, verifyBilling } from "#platform";
import type { BackOffice, Scope } from "#platform";
import { startTestServer } from "./support/test-server.ts";
import type { TestServer } from "./support/test-server.ts";

const OPERATOR = "the-operators-own-key";
const MODEL = "mistral-small-latest";
const directory = mkdtempSync(join(tmpdir(), "tramontane-admin-"));
const logged: string[] = [];
const logger = createLogger("debug", (line) => logged.push(line), Date.now);
let office: BackOffice;
let server: TestServer;

/** Whatever an answer holds; a wrong name shows as undefined in an expectation. */
interface Body {
  readonly [name: string]: (string & readonly Body[] & Readonly<Record<string, number>>) | undefined;
}

beforeAll(async () => {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  office = await openBackOffice({ directory, role: "server", configuredKey: OPERATOR, clock, logger });
  server = await startTestServer({ office, logger });
});
afterAll(async () => {
  await server.close();
  await office.close();
  rmSync(directory, { recursive: true, force: true });
});

async function call(method: string, path: string, options: { body?: unknown; key?: string } = {}) {
  const { body, key = OPERATOR } = options;
  const response = await fetch(server.origin + path, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : {}) as Body };
}
const admin = (method: string, path: string, options = {}) => call(method, `/admin/v1${path}`, options);
const chat = (key: string, over = {}) =>
  call("POST", "/v1/chat/completions", {
    key,
    body: { model: MODEL, messages: [{ role: "user", content: "Say hello." }], max_tokens: 5, ...over },
  });

/** A customer with a key of every scope a customer can have, or of some. */
async function customer(scopes: readonly Scope[] = ROLE_SCOPES.owner) {
  const made = await office.organizations.create("Customer", "system");
  const place = { organizationId: made.organization.id, workspaceId: made.workspace.id };
  const { secret, key } = await office.keys.create({ ...place, name: "key", scopes }, "system");
  return { ...place, key: secret, keyId: key.id };
}

test("a key is made, used, listed without itself, and revoked", async () => {
  const { key } = await customer();
  const made = await admin("POST", "/api-keys", { key, body: { name: "app", scopes: ["inference"], models: [] } });
  expect(made.status).toBe(422);
  const { body } = await admin("POST", "/api-keys", { key, body: { name: "app" } });
  expect(body).toMatchObject({ object: "api_key", name: "app", scopes: ["inference"] });
  expect((await chat(body["key"]!)).status).toBe(200);
  expect((await admin("GET", "/api-keys", { key })).text).not.toContain(body["key"]);
  expect((await admin("DELETE", `/api-keys/${body["id"]}`, { key })).status).toBe(200);
  expect((await chat(body["key"]!)).status).toBe(401);
});

test("a key cannot make one that may do more than itself", async () => {
  const { key } = await customer(["admin", "inference"]);
  const { status } = await admin("POST", "/api-keys", { key, body: { name: "more", scopes: ["billing:read"] } });
  expect(status).toBe(403);
});

test("what ended lately is counted, for those who may read usage", async () => {
  const it = await customer();
  expect((await admin("GET", "/usage/recent", { key: it.key })).body).toMatchObject({ requests: 0, failed: 0 });
  expect((await chat(it.key)).status).toBe(200);
  expect((await admin("GET", "/usage/recent", { key: it.key })).body).toEqual({
    object: "recent_usage",
    seconds: 300,
    requests: 1,
    failed: 0,
    requests_per_minute: 0.2,
  });
});

test("from a price list to the invoice, all of it over HTTP", async () => {
  const it = await customer();
  const at = `?organization_id=${it.organizationId}`;
  const template = february2024("USD");
  const items = [{ model: "toy-chat", input_per_million: "2", output_per_million: "6" }];
  const list = { name: "ours", currency: template.currency, valid_from: "2024-02-26T00:00:00Z", items };
  expect((await admin("POST", "/price-lists", { body: list })).status).toBe(200);
  expect((await admin("POST", "/price-lists", { body: list })).status).toBe(409);
  expect((await admin("GET", "/audit-log")).body["data"]!.at(-1)).toMatchObject({ event: "price_list.add" });
  await admin("PUT", `/billing/terms${at}`, { body: { price_list: "ours", when_credit_ends: "stop" } });
  expect((await chat(it.key)).status).toBe(402);
  await admin("POST", `/credits${at}`, { body: { amount: "0.01" } });
  const answer = await chat(it.key);
  expect(answer.status).toBe(200);
  const requestId = answer.headers.get("x-request-id");
  const { prompt_tokens: prompt, completion_tokens: output } = answer.body["usage"]!;
  const { body: request } = await admin("GET", `/requests/${requestId}`, { key: it.key });
  expect(request).toMatchObject({
    outcome: "completed",
    operation: "chat",
    queue_ms: expect.any(Number),
    prefill_ms: expect.any(Number),
    decode_ms: expect.any(Number),
    prompt_tokens: prompt,
    output_tokens: output,
  });
  const firstText = request["first_text_ms"];
  const usage = await admin("GET", "/usage?group_by=model&format=csv", { key: it.key });
  expect(usage.text.split("\r\n")).toEqual([
    "model,requests,prompt_tokens,cached_tokens,output_tokens,amount,ttft_p50_ms,ttft_p95_ms",
    `toy-chat,1,${prompt},${request["cached_tokens"]},${output},${request["amount"]},${firstText},${firstText}`,
    "",
  ]);
  const nextMonth = new Date(Date.now() + 40 * 86_400_000);
  await closeBooks(office.database, it.organizationId, nextMonth);
  const { body: invoices } = await admin("GET", "/invoices", { key: it.key });
  expect(invoices["data"]).toMatchObject([{ number: 1, kind: "usage", currency: "USD", total: "0.00" }]);
  expect(await admin("GET", "/billing/verification")).toMatchObject({ body: { agrees: true, discrepancies: [] } });
});

test("usage is told by person, to those who may read it, and to nobody else's organization", async () => {
  const it = await customer();
  const password = "a long pass phrase";
  const email = `ana-${it.organizationId}@example.test`;
  const { body: invitation } = await admin("POST", "/invitations", { key: it.key, body: { email, role: "member" } });
  const joining = { token: invitation["token"], name: "=Ana, of Nîmes", password };
  const { body: ana } = await admin("POST", "/invitations/accept", { body: joining });
  const signIn = { email, password, organization_id: it.organizationId };
  const { body: session } = await admin("POST", "/sessions", { body: signIn });
  for (const key of [session["token"]!, session["token"]!, it.key]) expect((await chat(key)).status).toBe(200);
  const { body } = await admin("GET", "/usage?group_by=user", { key: it.key });
  expect(body["data"]).toMatchObject([
    { user: ana["id"], user_name: "=Ana, of Nîmes", requests: 2, ttft_p50_ms: expect.any(Number) },
    { user: null, user_name: null, requests: 1 },
  ]);
  const file = await admin("GET", "/usage?group_by=user&format=csv", { key: it.key });
  const lines = file.text.split("\r\n");
  expect(lines[0]).toMatch(/^user,user_name,requests,/);
  expect(lines[1]).toContain(`${ana["id"]},"'=Ana, of Nîmes",2,`);
  expect((await admin("GET", "/usage?group_by=user", { key: session["token"]! })).status).toBe(403);
  const stranger = await customer();
  expect((await admin("GET", "/usage?group_by=user", { key: stranger.key })).body["data"]).toEqual([]);
  expect(await admin("GET", "/billing/verification")).toMatchObject({ body: { agrees: true } });
});

test("a limit answers 429 with an honest wait, and says what is left before", async () => {
  const { key } = await customer();
  await admin("PUT", "/limits", { key, body: { requests_per_second: 0.1, tokens_per_minute: 100_000 } });
  const first = await chat(key);
  expect(first.headers.get("x-ratelimit-limit-req-minute")).toBe("6");
  expect(first.headers.get("x-ratelimit-remaining-req-minute")).toBe("0");
  const second = await chat(key);
  expect(second.status).toBe(429);
  expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(5);
  expect(Number(second.headers.get("retry-after"))).toBeLessThanOrEqual(10);
});

test("a budget's cap stops requests with 402", async () => {
  const it = await customer();
  await admin("PUT", `/billing/terms?organization_id=${it.organizationId}`, { body: { price_list: "ours" } });
  await admin("PUT", "/budgets", { key: it.key, body: { cap: "0.000001" } });
  expect((await chat(it.key)).status).toBe(402);
  expect((await admin("GET", "/budgets", { key: it.key })).body["data"]).toMatchObject([
    { spent: "0.00", at_cap: "stop" },
  ]);
});

test("a streamed answer is metered as its usage says", async () => {
  const { key } = await customer();
  const { text, headers } = await chat(key, { stream: true });
  const chunks = text.split("\n\n").filter((frame) => frame.startsWith("data: {"));
  const { usage } = JSON.parse(chunks.at(-1)!.slice(6)) as { usage: { completion_tokens: number } };
  const { body } = await admin("GET", `/requests/${headers.get("x-request-id")}`, { key });
  expect(body).toMatchObject({ outcome: "completed", output_tokens: usage.completion_tokens });
});

test("the audit log tells who did what, and is intact", async () => {
  const { key, keyId } = await customer();
  await admin("POST", "/workspaces", { key, body: { name: "Lab" } });
  const { body } = await admin("GET", "/audit-log", { key });
  expect(body["data"]!.at(-1)).toMatchObject({
    actor: `key:${keyId}`,
    event: "workspace.create",
    details: { name: "Lab" },
  });
  expect((await admin("GET", "/audit-log/verification", { key })).body).toMatchObject({ intact: true });
});

describe("who may do what", () => {
  // Signing out takes whatever token there is, and the public doors none.
  const isScoped = (route: Route): boolean => !route.isPublic && route.paths[0] !== "/admin/v1/sessions";
  const doors = () =>
    adminRoutes(office, server.policies!)
      .filter(isScoped)
      .map((route) => ({ method: route.method, path: route.paths[0]!, route }));
  const open = (door: { method: string; path: string }, key: string, query = "") =>
    call(door.method, `${door.path.replace(":id", "0190b2a6-0000-7000-8000-000000000000")}${query}`, {
      key,
      ...(door.method === "GET" || door.method === "DELETE" ? {} : { body: {} }),
    });

  test("no door opens without a key, or to a key for inference alone", async () => {
    const { key } = await customer(["inference", "jobs", "agents"]);
    for (const door of doors()) {
      expect([door.path, (await open(door, "wrong")).status]).toEqual([door.path, 401]);
      expect([door.path, (await open(door, key)).status]).toEqual([door.path, 403]);
    }
  });

  test.each(ROLES)("no door opens a stranger's organization to the role %s", async (role) => {
    const stranger = await customer();
    const { key } = await customer(ROLE_SCOPES[role]);
    for (const door of doors()) {
      const { status } = await open(door, key, `?organization_id=${stranger.organizationId}`);
      expect([door.path, status]).toEqual([door.path, 403]);
    }
  });

  test("a stranger's key, budget, limit, invoice and request are not found, whoever asks", async () => {
    const stranger = await customer();
    const { key } = await customer();
    const answer = await chat(stranger.key);
    const limit = await admin("PUT", "/limits", { key: stranger.key, body: { requests_per_second: 100 } });
    const budget = await admin("PUT", "/budgets", { key: stranger.key, body: { cap: "1" } });
    for (const [method, path] of [
      ["DELETE", `/api-keys/${stranger.keyId}`],
      ["DELETE", `/limits/${limit.body["id"]}`],
      ["DELETE", `/budgets/${budget.body["id"]}`],
      ["GET", `/requests/${answer.headers.get("x-request-id")}`],
    ] as const) {
      expect([path, (await admin(method, path, { key })).status]).toEqual([path, 404]);
    }
    for (const scope of ["workspace", "key"] as const) {
      const scopeId = scope === "key" ? stranger.keyId : stranger.workspaceId;
      const body = { scope, scope_id: scopeId, cap: "1", requests_per_second: 1 };
      expect((await admin("PUT", "/budgets", { key, body: { scope, scope_id: scopeId, cap: "1" } })).status).toBe(404);
      expect((await admin("PUT", "/limits", { key, body: { ...body, cap: undefined } })).status).toBe(404);
    }
    const crossed = await admin("POST", "/api-keys", { key, body: { name: "x", workspace_id: stranger.workspaceId } });
    expect(crossed.status).toBe(404);
  });

  test("only an operator's key runs the installation", async () => {
    expect(ROLES.filter((role) => ROLE_SCOPES[role].includes("operator"))).toEqual([]);
    const { key } = await customer(SCOPES.filter((scope) => scope !== "operator"));
    for (const [method, path] of [
      ["POST", "/organizations"],
      ["POST", "/price-lists"],
      ["PUT", "/billing/terms"],
      ["POST", "/credits"],
      ["POST", "/commitments"],
      ["GET", "/billing/verification"],
    ] as const)
      expect([path, (await admin(method, path, { key, body: method === "GET" ? undefined : {} })).status]).toEqual([
        path,
        403,
      ]);
  });
});

describe("people", () => {
  test("an operator lets members of the first organization run the installation, and nobody else touches them", async () => {
    const prices = { name: "of-a-member", valid_from: "2024-02-26T00:00:00Z", items: [] };
    const owner = await join(OPERATOR, "owner", "owner@example.com");
    const ada = await join(OPERATOR, "admin", "operator@example.com");
    const wanted = { operator: true };
    expect((await admin("POST", "/price-lists", { key: ada.token, body: prices })).status).toBe(403);
    expect((await admin("PUT", `/members/${ada.id}/operator`, { key: owner.token, body: wanted })).status).toBe(403);
    const { body } = await admin("PUT", `/members/${ada.id}/operator`, { body: wanted });
    expect(body).toMatchObject({ role: "admin", operator: true });
    expect((await admin("POST", "/price-lists", { key: ada.token, body: prices })).status).not.toBe(403);
    for (const [method, input] of [
      ["PATCH", { role: "member" }],
      ["DELETE", undefined],
    ] as const)
      expect((await admin(method, `/members/${ada.id}`, { key: owner.token, body: input })).status).toBe(403);
    await admin("PUT", `/members/${ada.id}/operator`, { body: { operator: false } });
    expect((await admin("POST", "/price-lists", { key: ada.token, body: prices })).status).toBe(403);
    const { organizationId, key } = await customer();
    const stranger = await join(key, "owner", "stranger@example.com");
    const path = `/members/${stranger.id}/operator?organization_id=${organizationId}`;
    expect((await admin("PUT", path, { body: wanted })).status).toBe(400);
  });

  const PASSWORD = "correct horse battery";

  async function join(key: string, role: string, email: string) {
    const { body } = await admin("POST", "/invitations", { key, body: { email, role } });
    const accepted = await admin("POST", "/invitations/accept", {
      key: "none",
      body: { token: body["token"], name: "N", password: PASSWORD },
    });
    const session = await admin("POST", "/sessions", { key: "none", body: { email, password: PASSWORD } });
    return { id: accepted.body["id"]!, token: session.body["token"]!, invitation: body["token"]! };
  }

  test("somebody is invited, signs in, may do what the role may, and is out at once when removed", async () => {
    const { key } = await customer();
    const member = await join(key, "admin", "Ada@Example.com");
    expect((await admin("GET", "/members", { key: member.token })).body["data"]).toMatchObject([
      { email: "ada@example.com", role: "admin" },
    ]);
    expect((await chat(member.token)).status).toBe(200);
    expect((await admin("PUT", "/budgets", { key: member.token, body: { cap: "1" } })).status).toBe(403);
    const again = { token: member.invitation, name: "X", password: PASSWORD };
    expect((await admin("POST", "/invitations/accept", { key: "none", body: again })).status).toBe(404);
    expect((await admin("PATCH", `/members/${member.id}`, { key, body: { role: "billing" } })).status).toBe(200);
    expect((await admin("GET", "/members", { key: member.token })).status).toBe(403);
    expect((await admin("PUT", "/budgets", { key: member.token, body: { cap: "1" } })).status).toBe(200);
    await admin("DELETE", `/members/${member.id}`, { key });
    expect((await admin("GET", "/budgets", { key: member.token })).status).toBe(401);
  });

  test("an admin makes nobody an owner and removes none, and the last owner stays", async () => {
    const { key } = await customer();
    const owner = await join(key, "owner", "owner@example.com");
    const helper = await join(key, "admin", "helper@example.com");
    const asHelper = { key: helper.token };
    expect(
      (await admin("POST", "/invitations", { ...asHelper, body: { email: "x@example.com", role: "owner" } })).status,
    ).toBe(403);
    expect((await admin("PATCH", `/members/${helper.id}`, { ...asHelper, body: { role: "owner" } })).status).toBe(403);
    expect((await admin("DELETE", `/members/${owner.id}`, asHelper)).status).toBe(403);
    expect((await admin("DELETE", `/members/${owner.id}`, { key: owner.token })).status).toBe(409);
  });

  test("signing out ends the session, and each sign-in makes a new one", async () => {
    const { key } = await customer();
    const first = await join(key, "developer", "dev@example.com");
    const second = await admin("POST", "/sessions", {
      key: "none",
      body: { email: "dev@example.com", password: PASSWORD },
    });
    expect(second.body["token"]).not.toBe(first.token);
    expect((await admin("DELETE", "/sessions", { key: first.token })).status).toBe(200);
    expect((await chat(first.token)).status).toBe(401);
    expect((await chat(second.body["token"]!)).status).toBe(200);
  });

  test("a wrong password and an unknown address look the same, and guessing is slowed", async () => {
    const { key } = await customer();
    await join(key, "member", "target@example.com");
    const guess = (email: string) =>
      admin("POST", "/sessions", { key: "none", body: { email, password: "wrong password" } });
    const [wrong, unknown] = [await guess("target@example.com"), await guess("nobody@example.com")];
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body["message"]).toBe(unknown.body["message"]);
    const more = await Promise.all(Array.from({ length: 9 }, () => guess("target@example.com")));
    expect(more.map(({ status }) => status)).toContain(429);
  });

  test("a stranger's member is not found", async () => {
    const theirs = await join((await customer()).key, "member", "theirs@example.com");
    const { key } = await customer();
    expect((await admin("DELETE", `/members/${theirs.id}`, { key })).status).toBe(404);
    expect((await admin("PATCH", `/members/${theirs.id}`, { key, body: { role: "member" } })).status).toBe(404);
  });
});

test("hostile ids, dates and cells are answered, never executed", async () => {
  const hostile = encodeURIComponent("'; drop table api_key; --");
  for (const path of [`/requests/${hostile}`, `/invoices/${hostile}`, `/api-keys/${hostile}`])
    expect((await admin(path.startsWith("/api") ? "DELETE" : "GET", path)).status).toBe(404);
  expect((await admin("GET", `/usage?from=${hostile}`)).status).toBe(400);
  expect((await admin("GET", `/usage?group_by=${hostile}`)).status).toBe(400);
  expect((await admin("GET", `/audit-log?after=${hostile}`)).status).toBe(200);
  expect((await admin("GET", `?organization_id=${hostile}`)).status).toBe(404);
  expect((await admin("GET", `/workspaces?organization_id=${hostile}`)).status).toBe(404);
});

test("after all of that no log line holds a key, and the books agree", async () => {
  const { key } = await customer();
  await call("GET", "/v1/models", { key: `${key}x` });
  expect(logged.filter((line) => line.includes(OPERATOR) || /tm[kis]_[\w-]{20}/.test(line))).toEqual([]);
  expect(await verifyBilling(office.database)).toEqual([]);
});
