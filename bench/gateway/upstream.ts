import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A model server that costs nothing: it answers every chat request with the same words, whole (about 650 bytes) or as a stream of
 * CHUNKS pieces, PAUSE_MS apart. Tells its port to the process that forked it.
 */
const CHUNKS = Number(process.env["CHUNKS"] ?? 64);
const PAUSE_MS = Number(process.env["PAUSE_MS"] ?? 0);

const WORDS =
  "The mistral blows from the north along the lower Rhône, cold, dry and for days on end, and clears the sky. ";
const usage = { prompt_tokens: 12, completion_tokens: CHUNKS, total_tokens: 12 + CHUNKS };
const shared = { id: "chatcmpl-0123456789abcdef", created: 1_708_905_600, model: "far" };
const whole = JSON.stringify({
  ...shared,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: WORDS.repeat(4) }, finish_reason: "stop" }],
  usage,
});
const frame = (delta: object, finish: string | null, more: object = {}): string =>
  `data: ${JSON.stringify({ ...shared, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
const piece = frame({ content: " wind" }, null);
const first = frame({ role: "assistant", content: "" }, null);
const last = `${frame({}, "stop", { usage })}data: [DONE]\n\n`;

async function stream(response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(first);
  for (let i = 0; i < CHUNKS && !response.destroyed; i++) {
    if (PAUSE_MS > 0) await sleep(PAUSE_MS);
    response.write(piece);
  }
  response.end(last);
}

const server = createServer((request, response) => {
  // Asked how it is.
  if (request.method === "GET") return void response.end("{}");
  let text = "";
  request.on("data", (chunk: Buffer) => (text += chunk.toString()));
  request.on("end", () => {
    if ((JSON.parse(text) as { stream?: boolean }).stream === true) return void stream(response);
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(whole) });
    response.end(whole);
  });
});
server.listen(0, "127.0.0.1", () => process.send!({ port: (server.address() as { port: number }).port }));
