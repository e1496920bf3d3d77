import { TramontaneError } from "#base";

/** Where a server listens and the key it wants. */
export interface ServerAddress {
  readonly url: string;
  readonly apiKey: string;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ChatTurn {
  readonly text: string;
  readonly completionTokens: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly ttftMs: number;
  readonly decodeMs: number;
  readonly finishReason: string;
}

/** Whether a server answers there. Errors: `config_invalid` when one does whose certificate is not trusted here. */
export async function isAlive(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1000) }).then(
    (answer) => answer.ok,
    (error: unknown) => {
      const code = codeOfCause(error);
      if (code === undefined || !UNTRUSTED.test(code)) return false;
      const hint = "Name its authority's file in NODE_EXTRA_CA_CERTS, and an address of the certificate in --host.";
      throw new TramontaneError("config_invalid", `A server answers at ${url}, and is not trusted: ${code}`, { hint });
    },
  );
}

/** What Node calls certificates that it does not accept. */
const UNTRUSTED = /CERT|SIGNATURE/;

function codeOfCause(error: unknown): string | undefined {
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  return typeof cause?.code === "string" ? cause.code : undefined;
}

export async function listModels(address: ServerAddress): Promise<string[]> {
  const answer = await callServer(address, "/v1/models", {});
  const { data } = (await answer.json()) as { data: { id: string }[] };
  return data.map((model) => model.id);
}

/** Streams one answer; `onText` gets every piece as it arrives. Errors carry the server's own message. */
export async function streamChat(
  address: ServerAddress,
  request: { model: string; messages: readonly ChatMessage[]; maxTokens?: number | undefined },
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<ChatTurn> {
  const startedMs = performance.now();
  const body = { model: request.model, messages: request.messages, stream: true, max_tokens: request.maxTokens };
  const answer = await callServer(address, "/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify(body),
    signal,
  });
  let firstMs = 0;
  let lastMs = 0;
  let text = "";
  let finishReason = "";
  let usage: Usage = {};
  for await (const chunk of serverSentChunks(answer)) {
    if (chunk.error) throw new TramontaneError("engine_unavailable", chunk.error.message);
    if (chunk.usage) usage = chunk.usage;
    finishReason = chunk.choices?.[0]?.finish_reason ?? finishReason;
    const piece = chunk.choices?.[0]?.delta?.content;
    if (!piece) continue;
    lastMs = performance.now();
    firstMs ||= lastMs;
    text += piece;
    onText(piece);
  }
  return {
    text,
    finishReason,
    completionTokens: usage.completion_tokens ?? 0,
    promptTokens: usage.prompt_tokens ?? 0,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    ttftMs: firstMs - startedMs,
    decodeMs: lastMs - firstMs,
  };
}

interface Usage {
  completion_tokens?: number;
  prompt_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number };
}

interface Chunk {
  choices?: { delta?: { content?: string }; finish_reason?: string | null }[];
  usage?: Usage;
  error?: { message: string };
}

async function* serverSentChunks(answer: Response): AsyncGenerator<Chunk> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of answer.body ?? []) {
    const lines = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: {")) yield JSON.parse(line.slice(6)) as Chunk;
  }
}

/** One request with the key; errors carry the server's own message: `unauthorized`, `invalid_request`. */
export async function callServer(address: ServerAddress, path: string, init: RequestInit): Promise<Response> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${address.apiKey}` };
  const answer = await fetch(address.url + path, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    const hint = "Start it (tramontane serve), or say where one is.";
    throw new TramontaneError("engine_unavailable", `No server answers at ${address.url}.`, { hint, cause: error });
  });
  if (answer.ok) return answer;
  const body = (await answer.json().catch(() => ({}))) as { message?: string };
  const hint = answer.status === 401 ? "Give the server's key with --api-key or TRAMONTANE_API_KEY." : undefined;
  throw new TramontaneError(
    answer.status === 401 ? "unauthorized" : "invalid_request",
    body.message ?? `HTTP ${answer.status}`,
    hint ? { hint } : {},
  );
}
