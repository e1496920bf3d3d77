import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AppEvent, ThreadMessage } from "#protocol";
import { scripted } from "../e2e/scripted-model.ts";
import { APP_KEY, startAppServer } from "../support/app-server.ts";
import type { AppServer } from "../support/app-server.ts";

const webRoot = mkdtempSync(join(tmpdir(), "tramontane-web-"));
let server: AppServer;

beforeAll(async () => {
  mkdirSync(join(webRoot, "assets"));
  writeFileSync(join(webRoot, "index.html"), '<!doctype html><html lang="en" data-theme="system"><body></body></html>');
  writeFileSync(join(webRoot, "assets/main-abc.js"), "export {};");
  server = await startAppServer({ webRoot, disturb: scripted });
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(webRoot, { recursive: true, force: true });
});

const post = async <Body>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Body> => {
  const response = await server.call("POST", path, body, headers);
  expect(response.ok, `${path}: ${response.status}`).toBe(true);
  return (response.status === 204 ? undefined : await response.json()) as Body;
};

async function ask(content: string, key = content.padEnd(8, ".")) {
  const { id } = await post<{ id: string }>("/api/conversations", { model: "tramontane-small" });
  const body = { content, model: "tramontane-small" };
  const sent = await post<{ question: ThreadMessage; answer: ThreadMessage }>(
    `/api/conversations/${id}/messages`,
    body,
    {
      "idempotency-key": key,
    },
  );
  return { id, ...sent };
}

async function lastMessage(id: string): Promise<ThreadMessage> {
  const page = (await (await server.call("GET", `/api/conversations/${id}/messages`)).json()) as {
    messages: ThreadMessage[];
  };
  return page.messages.at(-1)!;
}

async function waitFor(id: string, isThere: (message: ThreadMessage) => boolean): Promise<ThreadMessage> {
  for (;;) {
    const message = await lastMessage(id);
    if (isThere(message)) return message;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a page comes with a strict policy, in the reader's language and theme, and assets for ever", async () => {
  const page = await fetch(`${server.origin}/chat/anything`, { headers: { cookie: "tramontane_ui=de.dark" } });
  expect(await page.text()).toContain('<html lang="de" data-theme="dark">');
  expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'self'; /);
  expect(page.headers.get("content-security-policy")).not.toMatch(/unsafe|http|\*/);
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const asset = await fetch(`${server.origin}/assets/main-abc.js`);
  expect(asset.headers.get("cache-control")).toContain("immutable");
  for (const path of ["/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/none.js"]) {
    expect((await fetch(server.origin + path)).status, path).toBe(404);
  }
});

test("a hostile cookie cannot write into the page", async () => {
  const cookie = 'tramontane_ui=en.dark"><script>alert(1)</script>';
  const page = await fetch(`${server.origin}/chat`, { headers: { cookie } });
  expect(await page.text()).not.toContain("script");
});

test("signing in sets a cookie that scripts cannot read, and a wrong key opens nothing", async () => {
  const signIn = (key: string, headers = {}) =>
    fetch(`${server.origin}/api/session`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-tramontane-app": "1", ...headers },
      body: JSON.stringify({ key }),
    });
  const response = await signIn(APP_KEY);
  expect(response.headers.get("set-cookie")).toMatch(
    /^tramontane_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
  );
  expect((await signIn("wrong")).status).toBe(401);
  expect((await signIn(APP_KEY, { origin: "https://elsewhere.test" })).status).toBe(403);
});

test("a sign-in link works once, and its session ends with the sign-out", async () => {
  const key = server.signInPath().split("#key=")[1]!;
  const headers = { "content-type": "application/json", "x-tramontane-app": "1" };
  const open = () => fetch(`${server.origin}/api/session`, { method: "POST", headers, body: JSON.stringify({ key }) });
  const first = await open();
  expect(first.status).toBe(201);
  expect((await open()).status).toBe(401);
  const cookie = first.headers.get("set-cookie")!.split(";", 1)[0]!;
  const me = () => fetch(`${server.origin}/api/session`, { headers: { cookie } });
  expect(await (await me()).json()).toMatchObject({ user: { name: "owner" } });
  await fetch(`${server.origin}/api/session`, { method: "DELETE", headers: { ...headers, cookie } });
  expect((await me()).status).toBe(401);
});

test("nothing is read without a session, nothing is changed without the app's header", async () => {
  for (const path of ["/api/models", "/api/conversations", "/api/events", "/api/search?q=a", "/api/session"]) {
    expect((await fetch(server.origin + path)).status, path).toBe(401);
  }
  const { id } = await ask("say=Hello");
  expect(
    (await server.call("PATCH", `/api/conversations/${id}`, { title: "x" }, { origin: "http://evil.test" })).status,
  ).toBe(403);
  const session = (
    await fetch(`${server.origin}/api/session`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-tramontane-app": "1" },
      body: JSON.stringify({ key: APP_KEY }),
    })
  ).headers
    .get("set-cookie")!
    .split(";", 1)[0]!;
  const noHeader = await fetch(`${server.origin}/api/conversations`, { method: "POST", headers: { cookie: session } });
  expect(noHeader.status).toBe(403);
});

test("the app gives no other site leave to read it", async () => {
  const response = await server.call("GET", "/api/models", undefined, { origin: "https://elsewhere.test" });
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
});

test("the owner of the sign-in link and a key see their own conversations only", async () => {
  const { id, answer } = await ask("say=Mine");
  await waitFor(id, ({ status }) => status === "complete");
  const key = server.signInPath().split("#key=")[1]!;
  const headers = { "content-type": "application/json", "x-tramontane-app": "1" };
  const opened = await fetch(`${server.origin}/api/session`, {
    method: "POST",
    headers,
    body: JSON.stringify({ key }),
  });
  const other = { ...headers, cookie: opened.headers.get("set-cookie")!.split(";", 1)[0]! };
  const knock = (method: string, path: string, body?: unknown) =>
    fetch(server.origin + path, { method, headers: other, ...(body ? { body: JSON.stringify(body) } : {}) });
  const refused = await Promise.all([
    knock("GET", `/api/conversations/${id}`),
    knock("GET", `/api/conversations/${id}/messages`),
    knock("GET", `/api/conversations/${id}/export?format=md`),
    knock("PATCH", `/api/conversations/${id}`, { title: "stolen" }),
    knock("DELETE", `/api/conversations/${id}`, {}),
    knock("PUT", `/api/conversations/${id}/share`, { shared: true }),
    knock("POST", `/api/messages/${answer.id}/regenerate`, { model: "tramontane-small" }),
    knock("POST", `/api/messages/${answer.id}/continue`, {}),
    knock("POST", `/api/messages/${answer.id}/show`, {}),
  ]);
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 404));
  const shared = (await (await server.call("PUT", `/api/conversations/${id}/share`, { shared: true })).json()) as {
    shareToken: string;
  };
  expect(await (await knock("GET", `/api/shared/${shared.shareToken}`)).json()).toMatchObject({
    messages: [{ role: "user" }, { content: "Mine" }],
  });
  await server.call("PUT", `/api/conversations/${id}/share`, { shared: false });
  expect((await knock("GET", `/api/shared/${shared.shareToken}`)).status).toBe(404);
});

test("an answer streams as events whose ids resume the stream exactly", async () => {
  const { id, answer } = await ask("rate=300 chars=900");
  const read = async (after: string | undefined, enough: (events: AppEvent[]) => boolean) => {
    const response = await server.call(
      "GET",
      "/api/events",
      undefined,
      after === undefined ? {} : { "last-event-id": after },
    );
    const events: AppEvent[] = [];
    let lastId = after;
    let buffer = "";
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    while (!enough(events)) {
      const { value, done } = await reader.read();
      if (done) break;
      buffer += value;
      const frames = buffer.split("\n\n");
      buffer = frames.pop()!;
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        lastId = /^id: (.*)$/m.exec(frame)?.[1] ?? lastId;
        if (data !== undefined) events.push(JSON.parse(data) as AppEvent);
      }
    }
    await reader.cancel();
    return { events, lastId };
  };
  const textOf = (events: readonly AppEvent[]) =>
    events.map((event) => (event.type === "snapshot" || event.type === "delta" ? event.text : "")).join("");
  const first = await read(undefined, (events) => events.filter(({ type }) => type === "delta").length >= 5);
  const rest = await read(first.lastId, (events) => events.some(({ type }) => type === "end"));
  expect(rest.events[0]).toEqual({ type: "hello", resumed: true });
  const final = await lastMessage(id);
  expect(final).toMatchObject({ id: answer.id, status: "complete" });
  expect(textOf(first.events) + textOf(rest.events)).toBe(final.content);
  // Pieces of several tokens: what is counted while it streams is what it comes to.
  const counts = [...first.events, ...rest.events].flatMap((event) => (event.type === "delta" ? [event.tokens] : []));
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(counts.at(-1)).toBe(final.details.usage?.completionTokens);
});

test("stop frees the engine before it answers, and keeps what was written", async () => {
  const { id, answer } = await ask("rate=50 chars=5000");
  await waitFor(id, ({ content }) => content.length > 20);
  await post(`/api/runs/${answer.runId}/stop`);
  const stopped = await lastMessage(id);
  expect(stopped.status).toBe("stopped");
  expect(stopped.content.length).toBeGreaterThan(20);
});

test("a crash loses at most half a second, and Continue goes on where it broke", async () => {
  const { id, answer } = await ask("rate=60 chars=400");
  await waitFor(id, ({ content }) => content.length > 60);
  await server.crashAndRestart();
  const broken = await lastMessage(id);
  expect(broken).toMatchObject({ id: answer.id, status: "interrupted" });
  expect(broken.content.length).toBeGreaterThan(60);
  await post(`/api/messages/${answer.id}/continue`);
  const whole = await waitFor(id, ({ status }) => status === "complete");
  expect(whole.content.startsWith(broken.content)).toBe(true);
  expect(whole.content.match(/## Part 1/g)).toHaveLength(1);
});

test("a conversation is exported as Markdown and as JSON", async () => {
  const { id } = await ask("say=The **wind**.");
  await waitFor(id, ({ status }) => status === "complete");
  const markdown = await server.call("GET", `/api/conversations/${id}/export?format=md`);
  expect(markdown.headers.get("content-disposition")).toContain("conversation.md");
  expect(await markdown.text()).toContain("The **wind**.");
  const json = await (await server.call("GET", `/api/conversations/${id}/export?format=json`)).json();
  expect(json).toMatchObject({ messages: [{ role: "user" }, { content: "The **wind**." }] });
});

test("bad input names its field", async () => {
  const { id } = await post<{ id: string }>("/api/conversations", {});
  const send = (body: unknown, headers = {}) => server.call("POST", `/api/conversations/${id}/messages`, body, headers);
  const noKey = await send({ content: "Hi", model: "tramontane-small" });
  expect(noKey.status).toBe(400);
  expect(await noKey.json()).toMatchObject({ error: { code: "invalid_request", field: "Idempotency-Key" } });
  const strange = await send({ content: "Hi", model: "m", colour: "blue" }, { "idempotency-key": "12345678" });
  expect(await strange.json()).toMatchObject({ error: { message: expect.stringContaining("colour") } });
});

test("the app's pages use the whole API with their session, and a cookie alone opens nothing", async () => {
  const bare = { cookie: server.cookie };
  const knock = (headers: Record<string, string>) => fetch(`${server.origin}/v1/models`, { headers });
  expect((await knock({ ...bare, "x-tramontane-app": "1" })).status).toBe(200);
  expect((await knock(bare)).status).toBe(401);
  expect((await knock({ ...bare, "x-tramontane-app": "1", origin: "https://elsewhere.test" })).status).toBe(401);
  expect((await knock({ cookie: "tramontane_session=guessed", "x-tramontane-app": "1" })).status).toBe(401);
});
