// Streams one answer through OpenAI's official client. Usage: TRAMONTANE_API_KEY=... node --import tsx examples/chat-openai.ts
import { OpenAI } from "openai";

const client = new OpenAI({
  apiKey: process.env["TRAMONTANE_API_KEY"] ?? "",
  baseURL: `${process.env["TRAMONTANE_URL"] ?? "http://127.0.0.1:8420"}/v1`,
});

const stream = await client.chat.completions.create({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "What are you?" }],
  max_tokens: 200,
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");
process.stdout.write("\n");
