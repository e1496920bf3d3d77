import { Agent, request } from "node:http";

/** Where a contestant listens, and how its requests differ. */
export interface Endpoint {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Fields that make this server generate exactly `max_tokens` tokens. */
  readonly exactLength: (maxTokens: number) => Readonly<Record<string, unknown>>;
  readonly model: string;
}

/** One streamed answer, timed at the client. */
export interface Measured {
  /** From sending the request to the first chunk with text, milliseconds. */
  readonly ttftMs: number;
  /** From the first to the last chunk with text. */
  readonly decodeMs: number;
  readonly totalMs: number;
  readonly completionTokens: number;
  readonly promptTokens: number;
}

// A connection each: servers close idle ones at different times, and a reused one may be gone.
const agent = new Agent({ keepAlive: false, maxSockets: 64 });

/** Streams one chat completion. The same code measures every contestant. */
export function streamChat(endpoint: Endpoint, content: string, maxTokens: number): Promise<Measured> {
  const body = JSON.stringify({
    model: endpoint.model,
    messages: [{ role: "user", content }],
    max_tokens: maxTokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
    ...endpoint.exactLength(maxTokens),
  });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...endpoint.headers,
  };
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    let firstMs = 0;
    let lastMs = 0;
    let usage = { completion_tokens: 0, prompt_tokens: 0 };
    let rest = "";
    const call = request({
      port: endpoint.port,
      host: "127.0.0.1",
      path: "/v1/chat/completions",
      method: "POST",
      headers,
      agent,
    });
    call.on("error", reject);
    call.on("response", (response) => {
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (!line.startsWith("data: {")) continue;
          const chunk = JSON.parse(line.slice(6));
          if (chunk.error) reject(new Error(JSON.stringify(chunk.error)));
          if (chunk.usage) usage = chunk.usage;
          if (!chunk.choices?.[0]?.delta?.content) continue;
          lastMs = performance.now();
          firstMs ||= lastMs;
        }
      });
      response.on("end", () => {
        if (response.statusCode !== 200) return reject(new Error(`HTTP ${response.statusCode}: ${rest}`));
        const totalMs = performance.now() - startedMs;
        resolve({
          ttftMs: (firstMs || performance.now()) - startedMs,
          decodeMs: lastMs - firstMs,
          totalMs,
          completionTokens: usage.completion_tokens,
          promptTokens: usage.prompt_tokens,
        });
      });
    });
    call.end(body);
  });
}
