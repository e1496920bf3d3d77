import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServerProcess } from "../server-process.ts";
import type { ServerProcess } from "../server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({ flags: ["--admin-port", "0", "--access-log", "on"] });
}, 90_000);
afterAll(() => server.stop());

const ask = (body: Record<string, unknown>, signal?: AbortSignal): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hello" }], ...body }),
    ...(signal ? { signal } : {}),
  });

test("the first start shows the key once and keeps it in a file for its owner alone", () => {
  expect(server.output()).toContain(server.key);
  expect(statSync(join(server.dataDir, "api-key")).mode & 0o777).toBe(0o600);
});

test("it answers, and the log has neither prompt nor key", async () => {
  const answer = await ask({ max_tokens: 5, messages: [{ role: "user", content: "a very secret question" }] });
  expect(answer.status).toBe(200);
  await expect.poll(() => server.output(), { timeout: 10_000 }).toContain('"path":"/v1/chat/completions"');
  const logged = server
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  expect(logged.join("\n")).not.toContain("secret question");
  const access = logged.filter((line) => line.includes("http.access")).map((line) => JSON.parse(line) as object);
  expect(access.at(-1)).toMatchObject({ method: "POST", path: "/v1/chat/completions", status: 200, isComplete: true });
  expect(logged.join("\n")).not.toContain(server.key);
});

test("with a port of its own the admin API is there and not at the first port, for the same key", async () => {
  const admin = /Admin +(\S+)/.exec(server.output())![1]!;
  const keys = (base: string) =>
    fetch(`${base}/api-keys`, { headers: { authorization: `Bearer ${server.key}` } }).then(({ status }) => status);
  expect(await keys(admin)).toBe(200);
  expect(await keys(`${server.url}/admin/v1`)).toBe(404);
  expect((await fetch(`${admin}/api-keys`)).status).toBe(401);
});

test("kill -9 of the engine mid-stream: the stream ends with an error chunk, and the next request is answered in seconds", async () => {
  const answer = await ask({ stream: true, max_tokens: 3000, min_tokens: 3000 });
  const reader = answer.body!.getReader();
  await reader.read();
  process.kill(enginePid(), "SIGKILL");
  const killedMs = performance.now();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    rest += Buffer.from(value).toString();
  }
  expect(rest).toContain('"finish_reason":"error"');
  expect(rest).toMatch(/"error":{"message":"[^"]+"/);
  await expect
    .poll(async () => (await ask({ max_tokens: 2 })).status, { timeout: 5000 - (performance.now() - killedMs) })
    .toBe(200);
});

test("a client that leaves frees its sequence", async () => {
  const leaving = new AbortController();
  const answer = await ask({ stream: true, max_tokens: 3000, min_tokens: 3000 }, leaving.signal);
  await answer.body!.getReader().read();
  leaving.abort();
  await expect.poll(running, { timeout: 1000 }).toBe(0);
});

test("SIGTERM lets a running answer finish, and leaves no process behind", async () => {
  const second = await startServerProcess();
  const body = JSON.stringify({
    model: "random",
    messages: [{ role: "user", content: "x" }],
    max_tokens: 100,
    min_tokens: 100,
    stream: true,
  });
  const answer = await fetch(`${second.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${second.key}` },
    body,
  });
  const reader = answer.body!.getReader();
  let text = Buffer.from((await reader.read()).value!).toString();
  const children = childrenOf(second.child.pid!);
  const stopped = second.stop("SIGTERM");
  for (let part = await reader.read(); !part.done; part = await reader.read())
    text += Buffer.from(part.value).toString();
  expect(text).toContain('"finish_reason":"length"');
  expect(text.trimEnd().endsWith("[DONE]")).toBe(true);
  expect(await stopped).toBe(0);
  expect(children.filter(isAlive)).toEqual([]);
}, 90_000);

function childrenOf(pid: number): number[] {
  const lines = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.filter(([, of]) => of === parent).flatMap(([id]) => [id!, ...below(id!)]);
  return below(pid);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const enginePid = (): number => Number(/"event":"model_ready".*?"pid":(\d+)/.exec(server.output())?.[1]);

async function running(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^vllm:num_requests_running\{[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0);
}
