import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { openBackOffice, verifyBilling } from "#platform";
import type { BackOffice } from "#platform";
import { startServerProcess } from "../server-process.ts";
import type { ServerProcess } from "../server-process.ts";
import { inFull } from "../support/extent.ts";
import { within } from "../support/patience.ts";

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
/** Requests whose answer would take seconds: nobody waits for its end, however slow the machine. */
const LONG_FROM = 1_000_000;
const piecesOf = (number: number): number => (number < LONG_FROM ? 40 : 400);

/** What the engine did for a request, by the number that stands in its prompt. */
const sent = new Map<number, Sent>();

interface Sent {
  pieces: number;
  leftAtMs: number | undefined;
}

/** Answers as vLLM does: streamed in pieces some milliseconds apart, or whole after a while. */
const engine = createServer((request, response) => {
  let text = "";
  request.on("data", (piece: Buffer) => (text += piece.toString()));
  request.on("end", () => {
    const { messages, stream } = JSON.parse(text) as { messages: { content: string }[]; stream?: boolean };
    void (stream ? streamPieces(Number(messages[0]!.content), response) : answerWhole(response));
  });
});
const usage = (completion_tokens: number) => ({ prompt_tokens: 5, completion_tokens });

async function answerWhole(response: ServerResponse): Promise<void> {
  await sleep(Math.random() * 50);
  const choice = { index: 0, message: { role: "assistant", content: "yes" }, finish_reason: "stop" };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ choices: [choice], usage: usage(1) }));
}

async function streamPieces(number: number, response: ServerResponse): Promise<void> {
  const record: Sent = { pieces: 0, leftAtMs: undefined };
  sent.set(number, record);
  response.on("close", () => {
    if (!response.writableFinished) record.leftAtMs = performance.now();
  });
  const say = (delta: object, finish_reason: string | null, more = {}) =>
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const pieces = piecesOf(number);
  for (let i = 0; i < pieces && !response.destroyed; i++) {
    say({ content: ` ${i}` }, null);
    record.pieces += 1;
    await sleep(10);
  }
  say({}, "stop", { usage: usage(pieces) });
  response.end("data: [DONE]\n\n");
}

let server: ServerProcess;
beforeAll(async () => {
  await new Promise<void>((resolve) => engine.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(engine.address() as AddressInfo).port}/v1`;
  const remote = [{ name: "far", endpoints: [{ kind: "vllm", url, allow_private: true, health: false }] }];
  server = await startServerProcess({ flags: ["--remote-models", JSON.stringify(remote)] });
  const items = [{ model: "far", input_per_million: "2", output_per_million: "6" }];
  await admin("POST", "/price-lists", { name: "list", currency: "EUR", valid_from: "2024-02-26T00:00:00Z", items });
  await admin("PUT", "/billing/terms", { price_list: "list" });
}, 90_000);
afterAll(async () => {
  await server.stop();
  engine.closeAllConnections();
  engine.close();
});

const headers = () => ({ authorization: `Bearer ${server.key}`, "content-type": "application/json" });
async function admin(method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${server.url}/admin/v1${path}`, {
    method,
    headers: headers(),
    body: JSON.stringify(body),
  });
  expect(answer.status).toBeLessThan(300);
}
const ask = (number: number, stream: boolean, signal?: AbortSignal): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: headers(),
    body: JSON.stringify({ model: "far", messages: [{ role: "user", content: String(number) }], stream }),
    ...(signal ? { signal } : {}),
  });

/** Answers that have arrived before a server is killed. */
const WHOLE_PER_ROUND = 11;

interface UsageRow {
  readonly request_id: string;
  readonly outcome: string;
  readonly output_tokens: number;
}

/** What the books say, when nothing is open in them any more. */
async function books(): Promise<{ events: Map<string, UsageRow[]>; problems: unknown[] }> {
  const office: BackOffice = await openBackOffice({
    directory: server.dataDir,
    role: "command",
    configuredKey: undefined,
    clock,
    logger: silentLogger,
  });
  try {
    const open = () => office.database.query("select 1 from usage_intent");
    await expect.poll(open, { timeout: within(30_000) }).toEqual([]);
    const events = new Map<string, UsageRow[]>();
    for (const row of await office.database.query<UsageRow>(
      "select request_id, outcome, output_tokens from usage_event",
    ))
      events.set(row.request_id, [...(events.get(row.request_id) ?? []), row]);
    return { events, problems: [...(await verifyBilling(office.database))] };
  } finally {
    await office.close();
  }
}

test(
  "D1 a server killed under load, streams and whole answers: what a client has heard of is billed once, what it has got is as it got it",
  async () => {
    const [rounds, perSecond] = inFull([20, 300], [2, 60]);
    /** By request: whether all of it arrived. */
    const heard = new Map<string, boolean>();
    let number = 0;
    let underWay = 0;
    let whole = 0;
    const one = async (): Promise<void> => {
      number += 1;
      const isStream = number % 2 === 0;
      const answer = await ask(number, isStream);
      if (answer.status !== 200) return;
      const id = answer.headers.get("x-request-id")!;
      heard.set(id, false);
      const text = await answer.text();
      if (isStream && !text.endsWith("data: [DONE]\n\n")) return;
      heard.set(id, true);
      whole += 1;
    };
    for (let round = 0; round < rounds; round++) {
      const running: Promise<void>[] = [];
      const endMs = performance.now() + 700 + Math.random() * 1000;
      const latestMs = performance.now() + within(15_000);
      const enough = whole + WHOLE_PER_ROUND;
      // A machine that is busy with other things takes longer until so many are answered.
      while (performance.now() < endMs || (whole < enough && performance.now() < latestMs)) {
        if (underWay < perSecond) {
          underWay += 1;
          // Whom the crash cuts off hears nothing more.
          const ended = one().catch(() => {});
          running.push(ended.then(() => void (underWay -= 1)));
        }
        await sleep(1000 / perSecond);
      }
      server = await server.restart(() => server.child.kill("SIGKILL"));
      await Promise.all(running);
    }
    const { events, problems } = await books();
    const arrived = [...heard].filter(([, isWhole]) => isWhole).map(([id]) => id);
    expect(arrived.length).toBeGreaterThan(rounds * 10);
    expect(heard.size).toBeGreaterThan(arrived.length);
    expect([...heard.keys()].filter((id) => events.get(id)?.length !== 1)).toEqual([]);
    expect(arrived.filter((id) => events.get(id)![0]!.outcome !== "completed")).toEqual([]);
    expect(problems).toEqual([]);
    // Whoever starts next finds nothing to recover.
    server = await server.restart(() => server.child.kill("SIGKILL"));
    expect((await books()).events.size).toBe(events.size);
  },
  inFull(900_000, 180_000),
);

test(
  "D2 clients that leave anywhere in a stream: the engine is told at once, and each pays for what was made for it",
  async () => {
    const count = inFull(1000, 60);
    const left: { number: number; id: string; atMs: number; pieces: number }[] = [];
    let number = LONG_FROM;
    const one = async (): Promise<void> => {
      const mine = (number += 1);
      const leaving = new AbortController();
      const answer = await ask(mine, true, leaving.signal);
      const id = answer.headers.get("x-request-id")!;
      const reader = answer.body!.getReader();
      for (let reads = Math.floor(Math.random() * 20); reads >= 0; reads--) await reader.read();
      left.push({ number: mine, id, atMs: performance.now(), pieces: sent.get(mine)!.pieces });
      leaving.abort();
    };
    for (let done = 0; done < count; done += 20) await Promise.all(Array.from({ length: 20 }, one));
    const isUnheard = ({ pieces, leftAtMs }: Sent) => leftAtMs === undefined && pieces < piecesOf(LONG_FROM);
    await expect
      .poll(() => left.filter((it) => isUnheard(sent.get(it.number)!)), { timeout: within(10_000) })
      .toEqual([]);
    const { events, problems } = await books();
    // Sent when the client left, counted, and sent when the engine heard of it.
    const counts = left.map(({ number: mine, id, pieces }) => {
      const counted = (events.get(id) ?? []).map((event) => event.output_tokens);
      return { from: pieces, counted, to: sent.get(mine)!.pieces };
    });
    const wrong = counts.filter(({ from, counted, to }) => {
      const [tokens = -1, ...others] = counted;
      return others.length > 0 || tokens < from - 1 || tokens > to;
    });
    expect(wrong).toEqual([]);
    expect(problems).toEqual([]);
    const waits = left
      .map((it) => (sent.get(it.number)!.leftAtMs ?? Number.POSITIVE_INFINITY) - it.atMs)
      .filter(Number.isFinite)
      .toSorted((a, b) => a - b);
    expect(waits.length).toBeGreaterThan(count / 2);
    expect(waits[Math.floor(waits.length * 0.99)]).toBeLessThan(within(250));
  },
  inFull(300_000, 90_000),
);
