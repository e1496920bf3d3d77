import { afterAll, beforeAll, expect, test } from "vitest";
import type { Scope } from "#platform";
import { OFFICE_KEY, startOfficeServer } from "./support/office-server.ts";
import type { OfficeServer } from "./support/office-server.ts";

let house: OfficeServer;
beforeAll(async () => {
  house = await startOfficeServer("names");
}, 60_000);
afterAll(() => house.close());

async function send(method: string, path: string, body?: object, key = OFFICE_KEY) {
  const response = await fetch(house.server.origin + path, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as never };
}
const chat = (model: string, key = OFFICE_KEY) =>
  send("POST", "/v1/chat/completions", { model, messages: [{ role: "user", content: "x" }], max_tokens: 1 }, key);
const keyIn = async (workspaceId: string, more: { models?: string[] } = {}) => {
  const { organizationId } = house.office.firstWorkspace;
  const scopes: Scope[] = ["inference"];
  const made = await house.office.keys.create({ organizationId, workspaceId, name: "k", scopes, ...more }, "system");
  return made.secret;
};

test("a workspace's own name means what its administrators say, at once, and the answer bears the name asked for", async () => {
  expect((await chat("house/best")).status).toBe(400);
  const put = (model: string) => send("PUT", "/admin/v1/model-names", { name: "house/best", model });
  expect(await put("toy-chat")).toMatchObject({ status: 200, body: { name: "house/best", model: "toy-chat" } });
  const answer = await chat("house/best");
  expect(answer).toMatchObject({ status: 200, body: { model: "house/best" } });
  expect(answer.headers.get("x-tramontane-deployment")).toBe("toy-chat");
  const ids = async (key = OFFICE_KEY) =>
    ((await send("GET", "/v1/models", undefined, key)).body as { data: { id: string }[] }).data.map(({ id }) => id);
  expect(await ids()).toContain("house/best");
  expect((await send("GET", "/v1/models/house%2Fbest")).body).toMatchObject({ id: "house/best", name: "toy-chat" });

  const { organizationId } = house.office.firstWorkspace;
  const next = await house.office.organizations.createWorkspace({ organizationId, name: "Next door", actor: "system" });
  const neighbour = await keyIn(next.id);
  expect((await chat("house/best", neighbour)).status).toBe(400);
  expect(await ids(neighbour)).not.toContain("house/best");

  await put("not-served-yet");
  expect(await chat("house/best")).toMatchObject({ status: 400, body: { message: "Invalid model: not-served-yet" } });
  expect((await send("DELETE", "/admin/v1/model-names/house%2Fbest")).status).toBe(200);
  expect((await chat("house/best")).body).toMatchObject({ message: "Invalid model: house/best" });
  const log = await send("GET", "/admin/v1/audit-log?limit=10");
  expect(JSON.stringify(log.body)).toContain("model_name.remove");
});

test("it stands before a name that everybody knows, opens no model that a key may not use, and only administrators give it", async () => {
  const { id } = house.office.firstWorkspace;
  await send("PUT", "/admin/v1/model-names", { name: "mistral-small-latest", model: "toy-chat" });
  expect((await chat("mistral-small-latest")).headers.get("x-tramontane-deployment")).toBe("toy-chat");
  expect((await chat("mistral-small-latest", await keyIn(id, { models: ["another"] }))).status).toBe(403);
  const programs = await keyIn(id);
  expect((await send("PUT", "/admin/v1/model-names", { name: "mine", model: "toy-chat" }, programs)).status).toBe(403);
  const wrong = await send("PUT", "/admin/v1/model-names", { name: "no spaces", model: "toy-chat" });
  expect(wrong.status).toBe(422);
});
