import { Pool } from "undici";

const TIMEOUT_MS = 3_000;

/** An OpenTelemetry collector that takes OTLP over HTTP, in JSON. */
export class OtlpCollector {
  readonly #pool: Pool;
  readonly #path: string;

  /** `url` is its OTLP/HTTP address, such as `http://127.0.0.1:4318`. */
  constructor(url: URL) {
    this.#pool = new Pool(url.origin, { connections: 2, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
    this.#path = url.pathname.replace(/\/$/, "");
  }

  /** Throws when the same would be worth another try. A refusal is final: the same would be refused again. */
  async post(signal: "traces" | "metrics", content: unknown): Promise<void> {
    const { statusCode, body } = await this.#pool.request({
      method: "POST",
      path: `${this.#path}/v1/${signal}`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(content),
    });
    await body.dump();
    if (statusCode >= 500 || statusCode === 429) throw new Error(`status ${statusCode}`);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
