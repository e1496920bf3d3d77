import { request } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TramontaneError } from "#base";
import { KEY, startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { UnionError } from "../support/wire-shapes.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ http: { bodyBytes: 64 * 1024 } });
});
afterAll(() => server.close());

const hello = { model: "mistral-small-latest", messages: [{ role: "user", content: "Say hello." }], max_tokens: 4 };
const readError = async (response: Response, status: number) => {
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  const body = UnionError.parse(await response.json());
  expect([response.status, body.raw_status_code]).toEqual([status, status]);
  expect(body.request_id).toBe(response.headers.get("x-request-id"));
  return body;
};

describe("keys", () => {
  const knock = (headers: Record<string, string>) =>
    fetch(`${server.origin}/v1/models`, { headers }).then(({ status }) => status);

  test("D04 without one the answer is 401 in every client's words", async () => {
    const body = await readError(await fetch(`${server.origin}/v1/models`), 401);
    expect(body).toMatchObject({ detail: "Unauthorized", message: "Unauthorized" });
  });

  test("one valid key is enough, wherever it stands", async () => {
    expect(await knock({ authorization: `bearer ${KEY}` })).toBe(200);
    expect(await knock({ "api-key": KEY })).toBe(200);
    expect(await knock({ "x-api-key": KEY, authorization: "Bearer wrong" })).toBe(200);
    expect(await knock({ authorization: `Basic ${KEY}` })).toBe(401);
    expect(await knock({ authorization: "Bearer wrong" })).toBe(401);
  });
});

describe("paths and verbs", () => {
  test("an unknown path is a 404, a known one with another verb a 405 that names the right one", async () => {
    await readError(await server.send("/v1/nowhere"), 404);
    const response = await fetch(`${server.origin}/v1/chat/completions`, { method: "DELETE" });
    expect(response.headers.get("allow")).toBe("POST");
    await readError(response, 405);
  });

  test("the same use case stands behind every vendor's path", async () => {
    for (const path of [
      "/openai/v1/chat/completions",
      "/chat/completions",
      "/v1/models/chat/completions",
      "/v1/chat/completions/",
    ]) {
      expect((await server.send(path, hello)).status, path).toBe(200);
    }
  });

  test("a path that is no path is answered, not dropped", async () => {
    await readError(await fetch(`${server.origin}/v1/models/%E0%A4%A`, { headers: { "api-key": KEY } }), 400);
  });
});

describe("bodies", () => {
  test("one that is too large is a 413, one that is no JSON a 422 with the offset", async () => {
    await readError(await server.send("/v1/chat/completions", { ...hello, user: "x".repeat(70_000) }), 413);
    const broken = await readError(await server.send("/v1/chat/completions", '{"model": 1,}'), 422);
    expect(broken.detail).toMatchObject([{ type: "json_invalid", loc: ["body", 12] }]);
  });

  test("none at all, or no content type, is handled", async () => {
    const bare = await fetch(`${server.origin}/v1/chat/completions`, { method: "POST", headers: { "api-key": KEY } });
    await readError(bare, 422);
    const untyped = { "content-type": "application/x-www-form-urlencoded" };
    expect((await server.send("/v1/chat/completions", JSON.stringify(hello), untyped)).status).toBe(200);
  });

  test("100 malformed ones are refused in the one shape, and none breaks the server", async () => {
    const junk = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
      fc.constant("[".repeat(20_000)),
      fc.constant(`{"a":`.repeat(5000)),
      fc
        .dictionary(
          fc.constantFrom("model", "messages", "tools", "stop", "n", "temperature", "stream", "__proto__"),
          fc.jsonValue(),
        )
        .map((fields) => JSON.stringify({ ...hello, ...fields, unknown: 1 })),
    );
    await fc.assert(
      fc.asyncProperty(
        junk,
        fc.constantFrom("/v1/chat/completions", "/v1/fim/completions", "/v1/embeddings"),
        async (body, path) => {
          const response = await server.send(path, body);
          expect(response.status).toBeGreaterThanOrEqual(400);
          expect(response.status).toBeLessThan(500);
          await readError(response, response.status);
        },
      ),
      { numRuns: 100 },
    );
    expect((await server.send("/v1/chat/completions", hello)).status).toBe(200);
  }, 120_000);

  test("a deep one that is valid JSON is answered", async () => {
    const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    const tool = `{"type":"function","function":{"name":"f","parameters":{"x":${deep}}}}`;
    const body = `{"model":"toy-chat","messages":[{"role":"user","content":"u"}],"tool_choice":"none","tools":[${tool}],"max_tokens":1}`;
    expect((await server.send("/v1/chat/completions", body)).status).toBe(200);
    expect((await server.send("/v1/chat/completions", `{"model":"toy-chat","messages":${deep}}`)).status).toBe(422);
  });
});

describe("browsers", () => {
  test("a preflight is granted without a key, and answers may be read", async () => {
    const response = await fetch(`${server.origin}/v1/chat/completions`, {
      method: "OPTIONS",
      headers: { origin: "https://app.example", "access-control-request-headers": "authorization,x-stainless-os" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toBe("authorization,x-stainless-os");
    expect((await server.send("/v1/models")).headers.get("access-control-allow-origin")).toBe("*");
  });
});

describe("for people and operators", () => {
  test("the OpenAPI document has every door, and no path that answers 404", async () => {
    const document = (await (await fetch(`${server.origin}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
    };
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/v1/chat/completions", "/v1/models/{id}", "/info", "/readyz"]),
    );
    for (const [path, operations] of Object.entries(document.paths)) {
      const method = Object.keys(operations)[0]!.toUpperCase();
      const body = method === "GET" ? {} : { body: "{}" };
      const url = server.origin + path.replace("{id}", "toy-chat");
      const response = await fetch(url, { method, ...body, headers: { "api-key": KEY } });
      expect(response.status, path).not.toBe(404);
    }
  });

  test("the reference page shows every field, loads nothing and runs nothing", async () => {
    const response = await fetch(`${server.origin}/docs`);
    const page = await response.text();
    expect(page).toContain("/v1/chat/completions");
    expect(page).toContain("prediction");
    expect(page).not.toMatch(/<script|src=|https?:/);
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]+=*'/,
    );
  });

  test("health, readiness and metrics need no key", async () => {
    expect(await (await fetch(`${server.origin}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${server.origin}/readyz`)).json()).toEqual({ status: "ready", model: "toy-chat" });
    await server.send("/v1/chat/completions", hello);
    const read = async (): Promise<string> => await (await fetch(`${server.origin}/metrics`)).text();
    // The engine says that it is done after the answer has left.
    await expect.poll(read).toMatch(/^vllm:num_requests_running\{model_name="toy-chat"\} 0$/m);
    const metrics = await read();
    expect(metrics).toMatch(/^vllm:generation_tokens_total\{model_name="toy-chat"\} [1-9]/m);
    expect(metrics).toMatch(/^gen_ai_server_time_to_first_token_seconds_count\{.*\} [1-9]/m);
    for (const line of metrics.trimEnd().split("\n")) {
      expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_:]+(\{([a-z_]+="[^"]*",?)+\})? -?[\d.e+-]+)$/i);
    }
  });
});

test("what is no HTTP gets an answer and does not stop the server", async () => {
  const status = await new Promise((resolve) => {
    const probe = request(server.origin, { method: "POST", path: "/v1/models", headers: { "content-length": "-1" } });
    probe
      .on("response", (response) => resolve(response.statusCode))
      .on("error", () => resolve("closed"))
      .end();
  });
  expect([400, "closed"]).toContain(status);
  expect((await fetch(`${server.origin}/healthz`)).status).toBe(200);
});

test("a refusal of ours is a line with its code, a bug is one with its place, and neither says what was asked", async () => {
  const lines: { level: string; event: string; facts: Record<string, unknown> | undefined }[] = [];
  const failures: Error[] = [
    new TramontaneError("engine_unavailable", "The server is stopping"),
    new TypeError("oops"),
  ];
  const failing = await startTestServer({
    gate: { admit: () => Promise.reject(failures.shift()!) },
    logger: { log: (level, event, facts) => void lines.push({ level, event, facts }) },
  });
  try {
    await readError(await failing.send("/v1/chat/completions", hello), 503);
    await readError(await failing.send("/v1/chat/completions", hello), 500);
  } finally {
    await failing.close();
  }
  const about = { requestId: expect.any(String), path: "/v1/chat/completions" };
  expect(lines.filter(({ event }) => event.startsWith("http."))).toEqual([
    { level: "warn", event: "http.refused", facts: { ...about, code: "engine_unavailable" } },
    { level: "error", event: "http.failed", facts: { ...about, error: "TypeError", stack: expect.any(String) } },
  ]);
  expect(JSON.stringify(lines)).not.toContain("Say hello");
});
