import { z } from "zod";
import { agentChatBody } from "#platform";
import type { Agents, Inference } from "#platform";
import { CreateAgentSchema, readBody, readChatRequest, UpdateAgentSchema } from "#protocol";
import { PageQuery, readQuery } from "../read-query.ts";
import { chunkEvents } from "../chunk-events.ts";
import { accept, NO_CONTENT } from "../route.ts";
import type { Answer, Exchange, Route } from "../route.ts";

const TokenQuery = z.object({
  page_size: PageQuery.page_size,
  page_token: z
    .string()
    .regex(/^\d{1,9}$/, "must be a next_page_token")
    .optional(),
});
const VersionQuery = z.object({ version: z.coerce.number().int().min(0) });
const OptionalVersion = z.object({ agent_version: z.string().max(64).optional() });
/** A number alone would be a version. */
const AliasName = z
  .string()
  .regex(/^(?!\d+$)[\w.-]{1,64}$/, "must be 1 to 64 letters, digits, _, . or -, not digits alone");
const AliasQuery = z.object({ alias: AliasName, version: VersionQuery.shape.version });

/** Agents: a model with instructions, tools and settings, in versions. */
export function agentRoutes(agents: Agents, inference: Inference): readonly Route[] {
  const group = "Agents";
  // oxfmt-ignore
  return [
    { method: "POST", paths: ["/v1/agents"], group, summary: "Make an agent", body: CreateAgentSchema, handle: createAgent(agents) },
    { method: "GET", paths: ["/v1/agents"], group, summary: "List the agents, newest first", handle: listAgents(agents) },
    { method: "POST", paths: ["/v1/agents/completions"], group, summary: "Continue a conversation with an agent, without memory: a chat completion with `agent_id` in place of `model`", streams: true, handle: completeWithAgent(agents, inference) },
    { method: "GET", paths: ["/v1/agents/pages"], group, summary: "List the agents, page by page", handle: pageAgents(agents) },
    { method: "GET", paths: ["/v1/agents/:id"], group, summary: "Describe an agent", handle: async ({ caller, params, query }) => json(await agents.get(caller, idOf(params), readQuery(OptionalVersion, query).agent_version)) },
    { method: "PATCH", paths: ["/v1/agents/:id"], group, summary: "Make a new version of an agent with some fields changed", body: UpdateAgentSchema, handle: updateAgent(agents) },
    { method: "DELETE", paths: ["/v1/agents/:id"], group, summary: "Delete an agent with all its versions", handle: deleteAgent(agents) },
    { method: "PATCH", paths: ["/v1/agents/:id/version"], group, summary: "Make version `version` the current one", handle: async ({ caller, params, query }) => json(await agents.useVersion(caller, idOf(params), readQuery(VersionQuery, query).version)) },
    { method: "GET", paths: ["/v1/agents/:id/versions"], group, summary: "List an agent's versions, newest first", handle: listVersions(agents) },
    { method: "GET", paths: ["/v1/agents/:id/versions/:version"], group, summary: "Describe one version of an agent", handle: getVersion(agents) },
    { method: "PUT", paths: ["/v1/agents/:id/aliases"], group, summary: "Let the name `alias` mean version `version`", handle: async ({ caller, params, query }) => json(await agents.setAlias(caller, idOf(params), readQuery(AliasQuery, query))) },
    { method: "GET", paths: ["/v1/agents/:id/aliases"], group, summary: "List the names of an agent's versions", handle: async ({ caller, params }) => json(await agents.aliases(caller, idOf(params))) },
    { method: "DELETE", paths: ["/v1/agents/:id/aliases"], group, summary: "Take the name `alias` away", handle: removeAlias(agents) },
  ];
}

function createAgent(agents: Agents) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(CreateAgentSchema, exchange.body), exchange);
    return { kind: "json", value: await agents.create(exchange.caller, value), ignored };
  };
}

function completeWithAgent(agents: Agents, inference: Inference) {
  return async (exchange: Exchange): Promise<Answer> => {
    const body = await agentChatBody(agents, exchange.body, exchange);
    const { value, ignored } = accept(readChatRequest(body), exchange);
    if (!value.stream) return { kind: "json", value: await inference.chat(value, exchange), ignored };
    return { kind: "events", stream: chunkEvents(await inference.streamChat(value, exchange)), ignored };
  };
}

function updateAgent(agents: Agents) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(UpdateAgentSchema, exchange.body), exchange);
    return { kind: "json", value: await agents.update(exchange.caller, idOf(exchange.params), value), ignored };
  };
}

function listAgents(agents: Agents) {
  return async ({ caller, query }: Exchange): Promise<Answer> => {
    const { page, page_size: limit } = readQuery(z.object(PageQuery), query);
    return json(await agents.list(caller, { offset: page * limit, limit }));
  };
}

function pageAgents(agents: Agents) {
  return async ({ caller, query }: Exchange): Promise<Answer> => {
    const { page_size: limit, page_token: token } = readQuery(TokenQuery, query);
    const offset = Number(token ?? 0);
    const found = await agents.list(caller, { offset, limit: limit + 1 });
    const next = found.length > limit ? String(offset + limit) : null;
    return json({ object: "list", data: found.slice(0, limit), next_page_token: next });
  };
}

function listVersions(agents: Agents) {
  return async ({ caller, params, query }: Exchange): Promise<Answer> => {
    const { page, page_size: limit } = readQuery(z.object(PageQuery), query);
    return json((await agents.versions(caller, idOf(params))).slice(page * limit, (page + 1) * limit));
  };
}

function getVersion(agents: Agents) {
  return async ({ caller, params }: Exchange): Promise<Answer> =>
    json(await agents.get(caller, idOf(params), params["version"] ?? ""));
}

function removeAlias(agents: Agents) {
  return async ({ caller, params, query }: Exchange): Promise<Answer> => {
    await agents.removeAlias(caller, idOf(params), readQuery(z.object({ alias: z.string() }), query).alias);
    return NO_CONTENT;
  };
}

function deleteAgent(agents: Agents) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    await agents.remove(caller, idOf(params));
    return NO_CONTENT;
  };
}

const idOf = (params: Exchange["params"]): string => params["id"] ?? "";
const json = (value: unknown): Answer => ({ kind: "json", value });
