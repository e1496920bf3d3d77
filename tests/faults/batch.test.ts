import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServerProcess } from "../server-process.ts";
import type { ServerProcess } from "../server-process.ts";

/** More with `BATCH_LINES=1000 BATCH_KILLS=3`. */
const LINES = Number(process.env["BATCH_LINES"] ?? 200);
const KILLS = Number(process.env["BATCH_KILLS"] ?? 2);

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
}, 90_000);
afterAll(() => server.stop());

/** Whatever an answer holds; what is not there fails its expectation. */
interface Told {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly completed_requests: number;
}

interface OutputLine {
  readonly custom_id: string;
  readonly response: { readonly body: { readonly usage: { readonly completion_tokens: number } } };
}

const text = async (path: string): Promise<string> =>
  await (await fetch(server.url + path, { headers: { authorization: `Bearer ${server.key}` } })).text();
const call = async (method: string, path: string, body?: unknown): Promise<Told> => {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Told;
};

test(`a batch of ${LINES} lines survives ${KILLS} times kill -9: every line is answered once and charged once`, async () => {
  const requests = Array.from({ length: LINES }, (_, i) => ({
    custom_id: `line ${i}`,
    body: { messages: [{ role: "user", content: `What is ${i}?` }], max_tokens: 24, min_tokens: 24 },
  }));
  const body = { endpoint: "/v1/chat/completions", model: "random", requests };
  const { id } = await call("POST", "/v1/batch/jobs", body);
  const job = () => call("GET", `/v1/batch/jobs/${id}?inline=false`);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const enough = (kill * LINES) / (KILLS + 1);
    await expect
      .poll(async () => (await job()).completed_requests, { timeout: 120_000 })
      .toBeGreaterThanOrEqual(enough);
    expect((await job())["status"], "killed in the middle").toBe("RUNNING");
    server = await killAndRestart(server);
  }
  await expect.poll(async () => (await job())["status"], { timeout: 120_000, interval: 250 }).toBe("SUCCESS");
  const done = await job();
  expect(done).toMatchObject({
    total_requests: LINES,
    succeeded_requests: LINES,
    failed_requests: 0,
    error_file: null,
  });

  const output = await text(`/v1/files/${String(done["output_file"])}/content`);
  const lines = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as OutputLine);
  expect(lines.map(({ custom_id: customId }) => customId)).toEqual(requests.map(({ custom_id: customId }) => customId));
  const delivered = lines.reduce((sum, { response }) => sum + response.body.usage.completion_tokens, 0);
  expect(delivered).toBe(LINES * 24);

  const usage = await call("GET", "/admin/v1/usage?group_by=model");
  expect(usage["data"]).toEqual([expect.objectContaining({ model: "random", output_tokens: delivered })]);
  expect(await call("GET", "/admin/v1/billing/verification")).toEqual({ agrees: true, discrepancies: [] });
}, 400_000);

/** Ends the server and its engine as a power cut would, and starts it again on the same data. */
async function killAndRestart(running: ServerProcess): Promise<ServerProcess> {
  const engines = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === running.child.pid)
    .map(([pid]) => pid!);
  return await running.restart(() => {
    running.child.kill("SIGKILL");
    for (const pid of engines) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It left with its parent.
      }
    }
  });
}
