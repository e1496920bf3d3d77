import { Mistral } from "@mistralai/mistralai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BackOffice } from "#platform";
import { OFFICE_KEY, startOfficeServer } from "../support/office-server.ts";
import type { OfficeServer } from "../support/office-server.ts";
import type { TestServer } from "../support/test-server.ts";

const KEY = OFFICE_KEY;
let running: OfficeServer;
let office: BackOffice;
let server: TestServer;
let client: Mistral;

beforeAll(async () => {
  running = await startOfficeServer("conversations");
  ({ office, server } = running);
  client = new Mistral({ apiKey: KEY, serverURL: server.origin });
}, 60_000);
afterAll(() => running.close());

const model = "mistral-medium-latest";
const completionArgs = { maxTokens: 8, temperature: 0 };

describe("agents", () => {
  test("every change is a version, and an earlier one can be current again", async () => {
    const { agents } = client.beta;
    const made = await agents.create({ model, name: "Guide", instructions: "Be brief.", completionArgs });
    expect(made).toMatchObject({
      version: 0,
      versions: [0],
      name: "Guide",
      tools: [],
      completionArgs: { maxTokens: 8 },
    });
    const changed = await agents.update({ agentId: made.id, updateAgentRequest: { name: "Pilot" } });
    expect(changed).toMatchObject({ version: 1, versions: [0, 1], name: "Pilot", instructions: "Be brief." });
    expect(await agents.updateVersion({ agentId: made.id, version: 0 })).toMatchObject({ version: 0, name: "Guide" });
    expect((await agents.listVersions({ agentId: made.id })).map(({ version }) => version)).toEqual([1, 0]);
    expect(await agents.getVersion({ agentId: made.id, version: "1" })).toMatchObject({ name: "Pilot" });
    expect((await agents.list({})).map(({ id }) => id)).toEqual([made.id]);
    await agents.delete({ agentId: made.id });
    await expect(agents.get({ agentId: made.id })).rejects.toMatchObject({ statusCode: 404 });
  });
});

test("a version has names, which conversations can ask for", async () => {
  const { agents, conversations } = client.beta;
  const { id: agentId } = await agents.create({ model, name: "First", completionArgs });
  await agents.update({ agentId, updateAgentRequest: { name: "Second" } });
  const named = await agents.createVersionAlias({ agentId, alias: "stable", version: 0 });
  expect(named).toMatchObject({ alias: "stable", version: 0 });
  expect(await agents.get({ agentId, agentVersion: "stable" })).toMatchObject({ version: 0, name: "First" });
  expect(await agents.get({ agentId })).toMatchObject({ version: 1, name: "Second" });
  const talk = await conversations.start({ agentId, agentVersion: "stable", inputs: "Hello" });
  const { conversationId } = talk;
  expect(await conversations.get({ conversationId })).toMatchObject({ agentVersion: 0 });
  await agents.createVersionAlias({ agentId, alias: "stable", version: 1 });
  expect(await agents.getVersion({ agentId, version: "stable" })).toMatchObject({ name: "Second" });
  expect((await agents.listVersionAliases({ agentId })).map(({ alias }) => alias)).toEqual(["stable"]);
  await agents.deleteVersionAlias({ agentId, alias: "stable" });
  const gone = { statusCode: 404 };
  await expect(agents.deleteVersionAlias({ agentId, alias: "stable" })).rejects.toMatchObject(gone);
  await expect(agents.get({ agentId, agentVersion: "stable" })).rejects.toMatchObject(gone);
  await expect(agents.createVersionAlias({ agentId, alias: "next", version: 9 })).rejects.toMatchObject(gone);
  const digits = agents.createVersionAlias({ agentId, alias: "12", version: 0 });
  await expect(digits).rejects.toMatchObject({ statusCode: 422 });
  await agents.delete({ agentId });
});

test("an agent completes a chat with its own instructions and settings, whole and streamed", async () => {
  const agent = await client.beta.agents.create({ model, name: "Short", instructions: "Be brief.", completionArgs });
  const messages = [{ role: "user" as const, content: "Say hello." }];
  const whole = await client.agents.complete({ agentId: agent.id, messages });
  expect(whole.usage.completionTokens).toBe(8);
  const told = await client.chat.complete({
    model,
    messages: [{ role: "system", content: "Be brief." }, ...messages],
    ...completionArgs,
  });
  expect(whole.choices[0]!.message).toEqual(told.choices[0]!.message);
  let said = "";
  for await (const { data } of await client.agents.stream({ agentId: agent.id, messages })) {
    said += data.choices[0]!.delta.content as string;
  }
  expect(said).toBe(whole.choices[0]!.message!.content);
  await expect(client.agents.complete({ agentId: "nobody", messages })).rejects.toMatchObject({ statusCode: 404 });
  await client.beta.agents.delete({ agentId: agent.id });
});

describe("conversations", () => {
  const text = (content: unknown): string => String(content);

  test("D33, as the official example: an agent answers, remembers and goes on", async () => {
    const agent = await client.beta.agents.create({
      model,
      name: "Searcher",
      tools: [{ type: "web_search" }],
      completionArgs,
    });
    const started = await client.beta.conversations.start({ agentId: agent.id, inputs: "Who won?" });
    expect(started.outputs).toMatchObject([{ type: "message.output", role: "assistant", agentId: agent.id }]);
    expect(started.usage.completionTokens).toBe(8);
    const { conversationId } = started;
    const appended = await client.beta.conversations.append({
      conversationId,
      conversationAppendRequest: { inputs: "And before?" },
    });
    expect(appended.conversationId).toBe(conversationId);
    expect(appended.usage.promptTokens).toBeGreaterThan(started.usage.promptTokens! + 8);
    const { entries } = await client.beta.conversations.getHistory({ conversationId });
    expect(entries.map(({ type }) => type)).toEqual([
      "message.input",
      "message.output",
      "message.input",
      "message.output",
    ]);
    const { messages } = await client.beta.conversations.getMessages({ conversationId });
    expect(messages).toHaveLength(4);
    expect(await client.beta.conversations.get({ conversationId })).toMatchObject({
      id: conversationId,
      agentId: agent.id,
    });
  });

  test("a stream says the same as the whole answer, and is remembered", async () => {
    const request = { model, inputs: "Tell me.", completionArgs };
    const whole = await client.beta.conversations.start(request);
    let said = "";
    let conversationId = "";
    const types: string[] = [];
    for await (const { event, data } of await client.beta.conversations.startStream(request)) {
      expect(event).toBe(data.type);
      types.push(event);
      if (data.type === "conversation.response.started") conversationId = data.conversationId;
      if (data.type === "message.output.delta") said += text(data.content);
      if (data.type === "conversation.response.done") expect(data.usage.completionTokens).toBe(8);
    }
    expect([types[0], types.at(-1)]).toEqual(["conversation.response.started", "conversation.response.done"]);
    expect(whole.outputs).toMatchObject([{ content: said }]);
    const { entries } = await client.beta.conversations.getHistory({ conversationId });
    expect(entries).toMatchObject([
      { role: "user", content: "Tell me." },
      { role: "assistant", content: said },
    ]);
  });

  test("a restart leaves the old conversation as it was", async () => {
    const { conversationId } = await client.beta.conversations.start({ model, inputs: "One", completionArgs });
    const { entries } = await client.beta.conversations.getHistory({ conversationId });
    const fromEntryId = (entries[1] as { id: string }).id;
    const again = await client.beta.conversations.restart({
      conversationId,
      conversationRestartRequest: { inputs: "Two", fromEntryId },
    });
    expect(again.conversationId).not.toBe(conversationId);
    expect((await client.beta.conversations.getHistory({ conversationId })).entries).toHaveLength(2);
    expect((await client.beta.conversations.getHistory({ conversationId: again.conversationId })).entries).toHaveLength(
      4,
    );
  });

  test("a function is called, its result is heard", async () => {
    const parameters = {
      type: "object",
      properties: { city: { const: "Paris" } },
      required: ["city"],
      additionalProperties: false,
    };
    const tools = [{ type: "function" as const, function: { name: "weather", parameters } }];
    const called = await client.beta.conversations.start({
      model,
      inputs: "Weather?",
      tools,
      completionArgs: { toolChoice: "any", maxTokens: 200, randomSeed: 1 },
    });
    // As many calls as the model liked to make.
    const calls = called.outputs.filter((entry) => entry.type === "function.call");
    expect(calls.length).toBeGreaterThan(0);
    const inputs = calls.map((entry) => {
      expect(entry).toMatchObject({ name: "weather" });
      const { toolCallId, arguments: args } = entry as { toolCallId: string; arguments: string };
      expect(JSON.parse(args)).toEqual({ city: "Paris" });
      return { type: "function.result" as const, toolCallId, result: "sunny" };
    });
    const { conversationId } = called;
    const answered = await client.beta.conversations.append({
      conversationId,
      conversationAppendRequest: { inputs, completionArgs: { toolChoice: "none", maxTokens: 4 } },
    });
    expect(answered.outputs).toMatchObject([{ type: "message.output" }]);
  });

  test("what is not stored leaves nothing, and nobody else's can be read", async () => {
    const gone = await client.beta.conversations.start({ model, inputs: "x", store: false, completionArgs });
    const { conversationId } = gone;
    await expect(client.beta.conversations.getHistory({ conversationId })).rejects.toMatchObject({ statusCode: 404 });
    const { organizationId } = office.firstWorkspace;
    const other = await office.organizations.createWorkspace({ organizationId, name: "other", actor: "test" });
    const scopes = ["agents", "inference"] as const;
    const { secret } = await office.keys.create({ organizationId, workspaceId: other.id, name: "s", scopes }, "test");
    const stranger = new Mistral({ apiKey: secret, serverURL: server.origin });
    const kept = await client.beta.conversations.start({ model, inputs: "secret", completionArgs });
    const append = { conversationId: kept.conversationId, conversationAppendRequest: { inputs: "?" } };
    await expect(stranger.beta.conversations.append(append)).rejects.toMatchObject({ statusCode: 404 });
    expect(await stranger.beta.conversations.list({})).toEqual([]);
    await client.beta.conversations.delete({ conversationId: kept.conversationId });
    await expect(client.beta.conversations.append(append)).rejects.toMatchObject({ statusCode: 404 });
  });
});

test("models of others cannot be renamed or archived, with a reason", async () => {
  await expect(client.models.archive({ modelId: model })).rejects.toThrow(/base model/);
  await expect(client.models.update({ modelId: model, updateModelRequest: { name: "x" } })).rejects.toThrow(
    /base model/,
  );
  await expect(client.models.unarchive({ modelId: "nope" })).rejects.toMatchObject({ statusCode: 404 });
});
