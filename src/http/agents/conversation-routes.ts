import { z } from "zod";
import type { Conversations, ConversationTurn } from "#platform";
import {
  AppendConversationSchema,
  encodeEvent,
  readBody,
  RestartConversationSchema,
  StartConversationSchema,
} from "#protocol";
import type { ConversationEvent, WireError } from "#protocol";
import { PageQuery, readQuery } from "../read-query.ts";
import { accept, NO_CONTENT } from "../route.ts";
import type { Answer, EventStream, Exchange, Route } from "../route.ts";

/** Conversations that remember what was said. */
export function conversationRoutes(conversations: Conversations): readonly Route[] {
  const group = "Conversations";
  const shared = { group, streams: true } as const;
  // oxfmt-ignore
  return [
    { ...shared, method: "POST", paths: ["/v1/conversations"], summary: "Start a conversation with a model or an agent", body: StartConversationSchema, handle: startTurn(conversations) },
    { method: "GET", paths: ["/v1/conversations"], group, summary: "List the conversations, newest first", handle: listConversations(conversations) },
    { ...shared, method: "POST", paths: ["/v1/conversations/:id"], summary: "Go on with a conversation", body: AppendConversationSchema, handle: appendTurn(conversations) },
    { method: "GET", paths: ["/v1/conversations/:id"], group, summary: "Describe a conversation", handle: async ({ caller, params }) => json(await conversations.get(caller, idOf(params))) },
    { method: "DELETE", paths: ["/v1/conversations/:id"], group, summary: "Delete a conversation", handle: deleteConversation(conversations) },
    { ...shared, method: "POST", paths: ["/v1/conversations/:id/restart"], summary: "Go on from one of its entries, in a new conversation", body: RestartConversationSchema, handle: restartTurn(conversations) },
    { method: "GET", paths: ["/v1/conversations/:id/history"], group, summary: "All entries of a conversation", handle: readHistory(conversations) },
    { method: "GET", paths: ["/v1/conversations/:id/messages"], group, summary: "The messages of a conversation, without calls", handle: readMessages(conversations) },
  ];
}

function startTurn(conversations: Conversations) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(StartConversationSchema, exchange.body), exchange);
    return await answerTurn(await conversations.start(exchange, value), value.stream ?? false, ignored);
  };
}

function appendTurn(conversations: Conversations) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(AppendConversationSchema, exchange.body), exchange);
    return await answerTurn(
      await conversations.append(exchange, idOf(exchange.params), value),
      value.stream ?? false,
      ignored,
    );
  };
}

function restartTurn(conversations: Conversations) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(RestartConversationSchema, exchange.body), exchange);
    return await answerTurn(
      await conversations.restart(exchange, idOf(exchange.params), value),
      value.stream ?? false,
      ignored,
    );
  };
}

async function answerTurn(turn: ConversationTurn, isStream: boolean, ignored: readonly string[]): Promise<Answer> {
  if (isStream) return { kind: "events", stream: turnEvents(turn), ignored };
  let last: ConversationEvent | undefined;
  for await (const events of turn.events) last = events.at(-1) ?? last;
  const { outputs, usage, policy, guardrails } = last!;
  const value = {
    object: "conversation.response",
    conversation_id: turn.conversationId,
    outputs,
    usage,
    policy,
    guardrails,
  };
  return { kind: "json", value, ignored };
}

/** Named events; no `[DONE]`. The last one repeats nothing that was streamed. */
function turnEvents({ events }: ConversationTurn): EventStream<ConversationEvent> {
  const encode = (event: ConversationEvent): string =>
    encodeEvent(JSON.stringify({ ...event, outputs: undefined }), event.type);
  const breakOff = ({ message, code }: WireError): string =>
    encode({
      type: "conversation.response.error",
      created_at: new Date().toISOString(),
      message,
      code: Number(code) || 1000,
    });
  return { items: events, encode, breakOff, end: "" };
}

function listConversations(conversations: Conversations) {
  return async ({ caller, query }: Exchange): Promise<Answer> => {
    const { page, page_size: limit } = readQuery(z.object(PageQuery), query);
    return json(await conversations.list(caller, { offset: page * limit, limit }));
  };
}

function readHistory(conversations: Conversations) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    const entries = await conversations.history(caller, idOf(params));
    return json({ object: "conversation.history", conversation_id: idOf(params), entries });
  };
}

function readMessages(conversations: Conversations) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    const entries = await conversations.history(caller, idOf(params));
    const messages = entries.filter(({ type }) => type.startsWith("message."));
    return json({ object: "conversation.messages", conversation_id: idOf(params), messages });
  };
}

function deleteConversation(conversations: Conversations) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    await conversations.remove(caller, idOf(params));
    return NO_CONTENT;
  };
}

const idOf = (params: Exchange["params"]): string => params["id"] ?? "";
const json = (value: unknown): Answer => ({ kind: "json", value });
