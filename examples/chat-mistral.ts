// Streams one answer through Mistral's official client. Usage: TRAMONTANE_API_KEY=... node --import tsx examples/chat-mistral.ts
import { Mistral } from "@mistralai/mistralai";

const client = new Mistral({
  apiKey: process.env["TRAMONTANE_API_KEY"] ?? "",
  serverURL: process.env["TRAMONTANE_URL"] ?? "http://127.0.0.1:8420",
});

const stream = await client.chat.stream({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "What are you?" }],
  maxTokens: 200,
});
for await (const { data } of stream) {
  const { content } = data.choices[0]!.delta;
  if (typeof content === "string") process.stdout.write(content);
}
process.stdout.write("\n");
