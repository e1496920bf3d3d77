import { Pool } from "undici";
import { cpuMicros } from "./contestants.ts";
import type { Gateway } from "./contestants.ts";

/** Pieces of a streamed answer of the upstream. */
export const CHUNKS = 64;
export const CONCURRENCY = 32;

const BODY = {
  model: "far",
  messages: [
    { role: "system", content: "You are brief." },
    { role: "user", content: "What is the mistral, and where does it blow? Answer in one sentence." },
  ],
  max_tokens: 100,
};

/** Sends so many requests, some at once; returns the gateway's processor time per request, in microseconds. */
export async function costOf(gateway: Gateway, count: number, stream: boolean): Promise<number> {
  const client = new Pool(gateway.url, { connections: CONCURRENCY });
  const headers = { ...gateway.headers, "content-type": "application/json" };
  const body = JSON.stringify({ ...BODY, stream });
  const before = cpuMicros(gateway.pid);
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await client.request({ method: "POST", path: "/v1/chat/completions", headers, body });
      const text = await answer.body.text();
      const isWhole = answer.statusCode === 200 && (!stream || text.trimEnd().endsWith("data: [DONE]"));
      if (!isWhole) throw new Error(`${gateway.name}: ${answer.statusCode} ${text.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const used = cpuMicros(gateway.pid) - before;
  await client.close();
  return used / count;
}

export const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;
