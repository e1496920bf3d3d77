import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { asJson, asMarkdown, asOneText } from "#platform";
import type { Chats, ChatUser } from "#platform";
import { conversationPatchBody, decideCallBody, newConversationBody, regenerateBody, sendMessageBody } from "#protocol";
import { parseInput } from "./parse-input.ts";

const idParams = z.object({ id: z.string().max(64) });
const callParams = z.object({ id: z.string().max(64), callId: z.string().max(64) });
const pageQuery = z.object({
  before: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
});
const searchQuery = z.object({ q: z.string().max(200) });
const exportQuery = z.object({ format: z.enum(["md", "json"]) });
const MEDIA_TYPES = { md: "text/markdown; charset=utf-8", json: "application/json; charset=utf-8" } as const;
const shareBody = z.strictObject({ shared: z.boolean() });
const idempotencyKey = z.string().min(8).max(128);

export interface ChatRoutesParts {
  readonly chats: Chats;
  readonly userOf: (request: FastifyRequest) => ChatUser;
}

/** One line per route where the line can hold it: path, schema, use case. */
export function registerChatRoutes(app: FastifyInstance, { chats, userOf }: ChatRoutesParts): void {
  const idOf = (request: FastifyRequest) => parseInput(idParams, request.params).id;

  app.get("/api/models", async (request) => ({ models: await chats.models(userOf(request).caller) }));
  app.get("/api/conversations", async (request) => ({ conversations: await chats.list(userOf(request)) }));
  app.post("/api/conversations", async (request, reply) => {
    const { model } = parseInput(newConversationBody, request.body);
    return reply.status(201).send(await chats.create(userOf(request), model));
  });
  app.get("/api/conversations/:id", async (request) => chats.conversation(userOf(request), idOf(request)));
  app.patch("/api/conversations/:id", async (request) =>
    chats.update(userOf(request), idOf(request), parseInput(conversationPatchBody, request.body)),
  );
  app.delete("/api/conversations/:id", async (request, reply) => {
    await chats.delete(userOf(request), idOf(request));
    return reply.status(204).send();
  });
  app.get("/api/conversations/:id/messages", async (request) =>
    chats.messages(userOf(request), idOf(request), parseInput(pageQuery, request.query)),
  );
  app.post("/api/conversations/:id/messages", async (request, reply) => {
    const body = parseInput(sendMessageBody, request.body);
    const key = parseInput(idempotencyKey, request.headers["idempotency-key"], "Idempotency-Key");
    return reply.status(202).send(await chats.send(userOf(request), idOf(request), body, key));
  });
  app.put("/api/conversations/:id/share", async (request) =>
    chats.share(userOf(request), idOf(request), parseInput(shareBody, request.body).shared),
  );
  app.get("/api/conversations/:id/export", async (request, reply) => {
    const { format } = parseInput(exportQuery, request.query);
    const transcript = await chats.transcript(userOf(request), idOf(request));
    return reply
      .header("content-disposition", `attachment; filename="conversation.${format}"`)
      .type(MEDIA_TYPES[format])
      .send(format === "md" ? asMarkdown(transcript) : asJson(transcript));
  });
  app.get("/api/export", async (request, reply) => {
    const { format } = parseInput(exportQuery, request.query);
    return reply
      .header("content-disposition", `attachment; filename="conversations.${format}"`)
      .type(MEDIA_TYPES[format])
      .send(Readable.from(asOneText(chats.transcripts(userOf(request)), format), { objectMode: false }));
  });
  app.delete("/api/conversations", async (request, reply) => {
    await chats.deleteAll(userOf(request));
    return reply.status(204).send();
  });
  app.get("/api/conversations/:id/find", async (request) => ({
    found: await chats.find(userOf(request), idOf(request), parseInput(searchQuery, request.query).q),
  }));
  app.get("/api/shared/:id", async (request) => chats.shared(userOf(request).workspaceId, idOf(request)));
  app.get("/api/search", async (request) => ({
    hits: await chats.search(userOf(request), parseInput(searchQuery, request.query).q),
  }));
  app.post("/api/messages/:id/regenerate", async (request, reply) => {
    const { model } = parseInput(regenerateBody, request.body);
    return reply.status(202).send(await chats.regenerate(userOf(request), idOf(request), model));
  });
  app.post("/api/messages/:id/calls/:callId/retry", async (request, reply) => {
    const { id, callId } = parseInput(callParams, request.params);
    return reply.status(202).send(await chats.retryCall(userOf(request), id, callId));
  });
  app.post("/api/messages/:id/continue", async (request, reply) =>
    reply.status(202).send(await chats.continueAnswer(userOf(request), idOf(request))),
  );
  app.post("/api/messages/:id/show", async (request, reply) => {
    await chats.showBranch(userOf(request), idOf(request));
    return reply.status(204).send();
  });
  app.post("/api/runs/:id/calls/:callId", async (request, reply) => {
    const { id, callId } = parseInput(callParams, request.params);
    chats.decide(userOf(request), id, { callId, ...parseInput(decideCallBody, request.body) });
    return reply.status(204).send();
  });
  app.post("/api/runs/:id/stop", async (request, reply) => {
    await chats.stop(userOf(request), idOf(request));
    return reply.status(204).send();
  });
}
