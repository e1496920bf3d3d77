import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import type { Gateway } from "./contestants.ts";

export interface SoakOptions {
  readonly gateway: Gateway;
  readonly seconds: number;
  /** Streams at any time. */
  readonly streams: number;
  /** Part of the streams whose reader leaves in the middle. */
  readonly abortShare: number;
}

export interface SoakResult {
  readonly finished: number;
  readonly aborted: number;
  /** Streams that ended otherwise than they should; the first of them. */
  readonly failures: readonly string[];
  /** Growth of the process' memory over the second half, by least squares. */
  readonly mebibytesPerMinute: number;
  readonly mebibytes: number;
  /** Of `/healthz`: no less than the event loop's lag. */
  readonly healthP99Ms: number;
  /** What the server still holds to be running when everybody has gone. */
  readonly left: number;
}

/** Keeps so many streams running for so long, a part of them left in the middle, and watches the gateway meanwhile. */
export async function soak({ gateway, seconds, streams, abortShare }: SoakOptions): Promise<SoakResult> {
  const client = new Pool(gateway.url, { connections: streams + 1, pipelining: 1 });
  const endMs = performance.now() + seconds * 1000;
  const failures: string[] = [];
  let finished = 0;
  let aborted = 0;
  let count = 0;
  const headers = { ...gateway.headers, "content-type": "application/json" };
  const body = JSON.stringify({ model: "far", messages: [{ role: "user", content: "Go on." }], stream: true });
  const one = async (leaves: boolean): Promise<void> => {
    const answer = await client.request({ method: "POST", path: "/v1/chat/completions", headers, body });
    let text = "";
    for await (const piece of answer.body) {
      text += String(piece);
      // Leaving the loop destroys the body, and with it the connection.
      if (leaves && text.length > 1000) break;
    }
    if (leaves) aborted += 1;
    else if (answer.statusCode === 200 && text.endsWith("data: [DONE]\n\n")) finished += 1;
    else throw new Error(`${answer.statusCode} ${text.slice(-200)}`);
  };
  const reader = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const leaves = Math.floor(count * abortShare) !== Math.floor((count + 1) * abortShare);
      count += 1;
      await one(leaves).catch((error: unknown) => failures.push(String(error)));
    }
  };
  const memory: { readonly minutes: number; readonly mebibytes: number }[] = [];
  const health: number[] = [];
  const watch = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const beganMs = performance.now();
      const { body: said } = await client.request({ method: "GET", path: "/healthz" });
      await said.dump();
      health.push(performance.now() - beganMs);
      memory.push({ minutes: (beganMs - endMs) / 60_000, mebibytes: residentMebibytes(gateway.pid) });
      await sleep(Math.min(1000, seconds * 10));
    }
  };
  await Promise.all([watch(), ...Array.from({ length: streams }, reader)]);
  const left = await activeRequests(client);
  await client.close();
  const half = memory.slice(Math.floor(memory.length / 2));
  health.sort((a, b) => a - b);
  return {
    finished,
    aborted,
    failures,
    mebibytesPerMinute: slopeOf(half),
    mebibytes: half.at(-1)?.mebibytes ?? 0,
    healthP99Ms: health[Math.floor(health.length * 0.99)] ?? 0,
    left,
  };
}

/** What the server says is running besides the question itself, once it had the time to notice who left. */
async function activeRequests(client: Pool): Promise<number> {
  let left = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 100 && left > 0; tries++) {
    const { body } = await client.request({ method: "GET", path: "/metrics" });
    const [, active] = /^tramontane:http_requests_active (\d+)$/m.exec(await body.text()) ?? [];
    left = Number(active) - 1;
    if (left > 0) await sleep(100);
  }
  return left;
}

function residentMebibytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) / 1024;
}

function slopeOf(points: readonly { readonly minutes: number; readonly mebibytes: number }[]): number {
  const mean = (pick: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const x = mean(({ minutes }) => minutes);
  const y = mean(({ mebibytes }) => mebibytes);
  const spread = points.reduce((sum, { minutes }) => sum + (minutes - x) ** 2, 0);
  return points.reduce((sum, { minutes, mebibytes }) => sum + (minutes - x) * (mebibytes - y), 0) / spread;
}
