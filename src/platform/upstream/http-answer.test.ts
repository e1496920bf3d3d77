import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServerResponse } from "node:http";
import { Pool } from "undici";
import { afterEach, expect, test } from "vitest";
import { request } from "./http-answer.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(answer: (response: ServerResponse) => void): Promise<Pool> {
  const server = createServer((_, response) => answer(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 });
  closers.push(
    () => pool.destroy(),
    () => (server.closeAllConnections(), server.close()),
  );
  return pool;
}

const patience = { firstMs: 60_000, silenceMs: 60_000 };
const never = { ...patience, signal: new AbortController().signal };
const get = { method: "GET", path: "/" } as const;

test("an answer has its status, its headers and all of its bytes, and its connection is used again", async () => {
  const ports = new Set<number | undefined>();
  const pool = await serve((response) => {
    ports.add(response.socket?.remotePort);
    response.writeHead(201, { "content-type": "text/plain" }).write("one ");
    setTimeout(() => response.end("two"), 10);
  });
  for (let i = 0; i < 2; i++) {
    const answer = await request(pool, get, never);
    expect([answer.status, answer.headers["content-type"]]).toEqual([201, "text/plain"]);
    expect(await answer.text()).toBe("one two");
  }
  expect(ports.size).toBe(1);
});

test("who reads slowly gets everything", async () => {
  const size = 4 * 1024 * 1024;
  const pool = await serve((response) => response.end(Buffer.alloc(size, "x")));
  const answer = await request(pool, get, never);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await answer.text()).length).toBe(size);
});

test("leaving an answer closes its connection", async () => {
  let closed: Promise<unknown> | undefined;
  const pool = await serve((response) => {
    closed = once(response, "close");
    response.write("one");
  });
  for await (const piece of await request(pool, get, never)) {
    expect(String(piece)).toBe("one");
    break;
  }
  await closed;
});

test("the signal ends an answer with its reason, and a question that still waits for a connection", async () => {
  const pool = await serve((response) => response.write("one"));
  const stop = new AbortController();
  const answer = await request(pool, get, { ...patience, signal: stop.signal });
  const waiting = request(pool, get, { ...patience, signal: stop.signal });
  await answer.next();
  const next = answer.next();
  stop.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
  await expect(waiting).rejects.toThrow("enough");
  await expect(request(pool, get, { ...patience, signal: stop.signal })).rejects.toThrow("enough");
});

test("an answer that breaks off says so", async () => {
  const pool = await serve((response) => {
    response.write("one");
    setTimeout(() => response.destroy(), 10);
  });
  const answer = await request(pool, get, never);
  await expect(answer.text()).rejects.toThrow("other side closed");
});

test("who says nothing is not waited for: before the first words, whatever else comes, and between two pieces", async () => {
  const pool = await serve((response) => {
    const life = setInterval(() => response.write(": ping\n\n"), 20);
    response.on("close", () => clearInterval(life));
  });
  const hurried = { ...never, firstMs: 150 };
  await expect((await request(pool, get, hurried)).text()).rejects.toThrow("nothing came for 0.15 s");
  const talking = await request(pool, get, { ...hurried, silenceMs: 150 });
  talking.begun();
  let pieces = 0;
  for await (const _ of talking) if ((pieces += 1) === 15) break;
  expect(pieces).toBe(15);
  const silent = await serve((response) => response.write("one"));
  const fallen = await request(silent, get, { ...never, silenceMs: 50 });
  fallen.begun();
  await expect(fallen.text()).rejects.toThrow("nothing came for 0.05 s");
});
