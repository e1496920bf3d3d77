import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLogger } from "#base";
import { openBackOffice, parseRemoteModels, RemoteDeployment, RemoteModel } from "#platform";
import type { BackOffice } from "#platform";
import { within } from "./support/patience.ts";
import { startTestServer } from "./support/test-server.ts";
import type { TestServer } from "./support/test-server.ts";

/** A real llama-server behind the gateway; `LLAMA_SERVER` names the program, where it is not on the path. */
const PROGRAM = process.env["LLAMA_SERVER"] ?? "llama-server";
const hasProgram = spawnSync(PROGRAM, ["--version"]).error === undefined;
const KEY = "the-gateways-own-key";
const ENGINE_KEY = "the-key-of-llama-server";

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(!hasProgram)("llama-server", () => {
  const directory = mkdtempSync(join(tmpdir(), "tramontane-llama-"));
  let engine: ChildProcess;
  let office: BackOffice;
  let remote: RemoteModel;
  let server: TestServer;

  beforeAll(async () => {
    const port = await freePort();
    const flags = ["--host", "127.0.0.1", "--port", String(port), "--api-key", ENGINE_KEY, "-c", "2048"];
    engine = spawn(PROGRAM, ["-m", "models/tramontane-small.gguf", ...flags], { stdio: "ignore" });
    const url = `http://127.0.0.1:${port}`;
    const isUp = () =>
      fetch(`${url}/health`).then(
        ({ status }) => status === 200,
        () => false,
      );
    await vi.waitUntil(isUp, { timeout: within(30_000), interval: 100 });
    const endpoint = { kind: "llama-server", url: `${url}/v1`, allow_private: true, key_variable: "ENGINE_KEY" };
    const models = JSON.stringify([{ name: "far", endpoints: [endpoint] }]);
    const [spec] = parseRemoteModels(models, { ENGINE_KEY });
    remote = new RemoteModel({ spec: spec!, clock, logger: silentLogger, newCallId: () => "abcdefgh1" });
    office = await openBackOffice({ directory, role: "server", configuredKey: KEY, clock, logger: silentLogger });
    server = await startTestServer({ office, deployments: [new RemoteDeployment(remote, 1_708_905_600)] });
  }, 90_000);
  afterAll(async () => {
    await server?.close();
    await remote?.close();
    await office?.close();
    engine.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });

  const chat = (over: object) => {
    const messages = [{ role: "user", content: "What is the capital of France?" }];
    const body = { model: "far", messages, max_tokens: 24, temperature: 0, ...over };
    return server.send("/v1/chat/completions", body, { authorization: `Bearer ${KEY}` });
  };
  const eventOf = async (response: Response) => {
    const sql = "select outcome, prompt_tokens, output_tokens from usage_event where request_id = $1";
    return (await office.database.query(sql, [response.headers.get("x-request-id")]))[0];
  };
  const chunksOf = (text: string) =>
    text
      .split("\n\n")
      .filter((frame) => frame.startsWith("data: {"))
      .map((frame) => JSON.parse(frame.slice(6)) as Chunk);
  interface Chunk {
    choices: { delta: { content?: string }; finish_reason: string | null }[];
    usage?: { completion_tokens: number };
  }

  test("it answers the same, whole and streamed, and what it counts is billed", async () => {
    await remote.probe();
    expect(remote.health).toMatchObject([{ state: "well" }]);
    const whole = await chat({});
    const { choices, usage } = (await whole.json()) as {
      choices: { message: { content: string } }[];
      usage: { prompt_tokens: number; completion_tokens: number };
    };
    expect(choices[0]!.message.content).not.toBe("");
    expect(await eventOf(whole)).toEqual({
      outcome: "completed",
      prompt_tokens: usage.prompt_tokens,
      output_tokens: usage.completion_tokens,
    });
    const streamed = await chat({ stream: true });
    const chunks = chunksOf(await streamed.text());
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(choices[0]!.message.content);
    expect(chunks.at(-1)!.usage).toMatchObject({ completion_tokens: usage.completion_tokens });
  });

  test("it keeps to a schema", async () => {
    const schema = { type: "object", properties: { city: { type: "string", maxLength: 8 } }, required: ["city"] };
    const format = {
      type: "json_schema",
      json_schema: { name: "place", schema: { ...schema, additionalProperties: false } },
    };
    const answer = (await (await chat({ response_format: format, max_tokens: 60 })).json()) as {
      choices: { message: { content: string } }[];
    };
    expect(Object.keys(JSON.parse(answer.choices[0]!.message.content) as object)).toEqual(["city"]);
  });

  test("killed in the middle of an answer: the stream says so, what came is billed, and it is known to be down", async () => {
    const response = await chat({
      stream: true,
      max_tokens: 1500,
      messages: [{ role: "user", content: "Count to 1000." }],
      logit_bias: { "2": -100 },
    });
    const reader = response.body!.getReader();
    let text = Buffer.from((await reader.read()).value!).toString();
    engine.kill("SIGKILL");
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += Buffer.from(value).toString();
    }
    expect(text).toContain('"finish_reason":"error"');
    expect(await eventOf(response)).toMatchObject({ outcome: "partial" });
    for (let i = 0; i < 2; i++) await remote.probe();
    expect(remote.health).toMatchObject([{ state: "down" }]);
    expect((await chat({})).status).toBe(503);
  });
});
