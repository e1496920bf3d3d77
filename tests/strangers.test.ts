import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base";
import { openBackOffice, ROLE_SCOPES, ROLES } from "#platform";
import type { BackOffice } from "#platform";
import { startTestServer } from "./support/test-server.ts";
import type { TestServer } from "./support/test-server.ts";

/** What one asks for by an id that is somebody else's: every route with a parameter, for every role, with every kind of id. */

const directory = mkdtempSync(join(tmpdir(), "tramontane-strangers-"));
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
let office: BackOffice;
let server: TestServer;
let theirs: Readonly<Record<string, string>>;
let routes: readonly { readonly method: string; readonly path: string }[];

interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
}

async function place(): Promise<Place> {
  const made = await office.organizations.create("Somebody", "system");
  return { organizationId: made.organization.id, workspaceId: made.workspace.id };
}

const keyOf = async (at: Place, scopes = ROLE_SCOPES.owner) =>
  await office.keys.create({ ...at, name: "key", scopes }, "system");

async function send(method: string, path: string, key: string, body?: object) {
  const isForm = body instanceof FormData;
  const response = await fetch(server.origin + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(isForm ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    headers: response.headers,
    body: text.startsWith("{") ? JSON.parse(text) : {},
  };
}

beforeAll(async () => {
  office = await openBackOffice({ directory, role: "server", configuredKey: undefined, clock, logger: silentLogger });
  server = await startTestServer({ office });
  theirs = await makeOneOfEach();
  const document = (await send("GET", "/openapi.json", "")).body as {
    paths: Record<string, Record<string, { security?: [] }>>;
  };
  routes = Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs)
      .filter(([, { security }]) => security === undefined)
      .map(([verb]) => ({ method: verb.toUpperCase(), path })),
  );
}, 60_000);
afterAll(async () => {
  await server.close();
  await office.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A customer who has one of everything that has an id. */
async function makeOneOfEach(): Promise<Record<string, string>> {
  const at = await place();
  const { secret: key, key: made } = await keyOf(at);
  const post = async (path: string, body: object): Promise<string> => {
    const answer = await send(
      path.startsWith("/admin/v1/limits") || path.startsWith("/admin/v1/budgets") ? "PUT" : "POST",
      path,
      key,
      body,
    );
    expect([path, answer.status, answer.text]).toEqual([path, 200, answer.text]);
    return (answer.body as { id: string }).id;
  };
  const form = new FormData();
  form.set("purpose", "batch");
  const line = { custom_id: "1", body: { messages: [{ role: "user", content: "x" }], max_tokens: 1 } };
  form.set("file", new Blob([JSON.stringify(line)]), "theirs.jsonl");
  const file = await post("/v1/files", form);
  const agent = await post("/v1/agents", { model: "toy-chat", name: "theirs" });
  const chat = await send("POST", "/v1/chat/completions", key, {
    model: "toy-chat",
    messages: [{ role: "user", content: "x" }],
    max_tokens: 1,
  });
  const conversation = await send("POST", "/v1/conversations", key, {
    model: "toy-chat",
    inputs: "x",
    completion_args: { max_tokens: 1 },
  });
  const invited = await office.members.invite(
    { organizationId: at.organizationId, email: "theirs@example.com", role: "member" },
    "system",
  );
  const member = await office.members.accept({ token: invited.token, name: "N", password: "correct horse battery" });
  return {
    organization: at.organizationId,
    workspace: at.workspaceId,
    key: made.id,
    file,
    agent,
    job: await post("/v1/batch/jobs", { input_files: [file], endpoint: "/v1/chat/completions", model: "toy-chat" }),
    limit: await post("/admin/v1/limits", { requests_per_second: 1000 }),
    budget: await post("/admin/v1/budgets", { cap: "1000" }),
    request: chat.headers.get("x-request-id")!,
    conversation: (conversation.body as { conversation_id: string }).conversation_id,
    member: member.userId,
  };
}

/** Everything with a parameter, with a parameter's every possible meaning. */
function* attempts() {
  for (const { method, path } of routes) {
    if (!path.includes("{")) continue;
    for (const [kind, id] of Object.entries(theirs))
      yield { method, kind, path: path.replace(/\{\w+\}/, id).replaceAll(/\{\w+\}/g, "0") };
  }
}

const shows = (text: string, but: readonly string[] = []): string[] =>
  Object.entries(theirs).flatMap(([kind, id]) => (!but.includes(id) && text.includes(id) ? [kind] : []));

test("there are many such routes, and whoever owns the things may have them", () => {
  expect([...attempts()].length).toBeGreaterThan(250);
  expect(Object.values(theirs).filter((id) => !/^[\w-]{8,}$/.test(id))).toEqual([]);
});

test.each(ROLES)(
  "nothing of a stranger's is given to the role %s, by any route, nor changed",
  async (role) => {
    const { secret: key } = await keyOf(await place(), ROLE_SCOPES[role]);
    for (const { method, kind, path } of attempts()) {
      const answer = await send(method, path, key, method === "GET" || method === "DELETE" ? undefined : {});
      const what = `${method} ${path} (${kind})`;
      expect([what, [400, 403, 404, 422].includes(answer.status), answer.status]).toEqual([what, true, answer.status]);
      // A refusal may name the id that was asked for, and nothing else.
      expect([what, shows(answer.text, path.split("/"))]).toEqual([what, []]);
    }
    for (const { method, path } of routes) {
      if (method !== "GET" || path.includes("{")) continue;
      const answer = await send("GET", path, key);
      expect([path, shows(answer.text)]).toEqual([path, []]);
    }
  },
  120_000,
);

test("a well-formed change of a stranger's thing finds nothing to change", async () => {
  const { secret: key } = await keyOf(await place());
  for (const [method, path, body] of [
    ["PATCH", `/v1/agents/${theirs["agent"]}`, { name: "mine" }],
    ["POST", `/v1/conversations/${theirs["conversation"]}`, { inputs: "x" }],
    ["POST", `/v1/agents/completions`, { agent_id: theirs["agent"], messages: [{ role: "user", content: "x" }] }],
    ["POST", `/v1/batch/jobs/${theirs["job"]}/cancel`, {}],
    ["PATCH", `/admin/v1/members/${theirs["member"]}`, { role: "member" }],
    ["PUT", "/admin/v1/limits", { scope: "key", scope_id: theirs["key"], requests_per_second: 1 }],
    ["PUT", "/admin/v1/budgets", { scope: "workspace", scope_id: theirs["workspace"], cap: "1" }],
    ["PUT", "/admin/v1/model-names", { workspace_id: theirs["workspace"], name: "mine", model: "toy-chat" }],
    ["DELETE", `/admin/v1/model-names/mine?workspace_id=${theirs["workspace"]}`, undefined],
    ["POST", "/admin/v1/api-keys", { name: "mine", workspace_id: theirs["workspace"] }],
  ] as const)
    expect([path, (await send(method, path, key, body)).status]).toEqual([path, 404]);
  const job = { input_files: [theirs["file"]], endpoint: "/v1/chat/completions", model: "toy-chat" };
  expect((await send("POST", "/v1/batch/jobs", key, job)).status).toBeGreaterThanOrEqual(400);
});

test("a neighbour of the same organization, in another workspace, finds none of its work either", async () => {
  const workspace = await office.organizations.createWorkspace({
    organizationId: theirs["organization"]!,
    name: "Next door",
    actor: "system",
  });
  const { secret: key } = await keyOf({ organizationId: theirs["organization"]!, workspaceId: workspace.id }, [
    "inference",
    "jobs",
    "agents",
  ]);
  for (const { method, kind, path } of attempts()) {
    if (!["file", "agent", "job", "conversation"].includes(kind)) continue;
    const { status } = await send(method, path, key, method === "GET" || method === "DELETE" ? undefined : {});
    expect([`${method} ${path} (${kind})`, [400, 403, 404, 422].includes(status)]).toEqual([
      `${method} ${path} (${kind})`,
      true,
    ]);
  }
}, 60_000);

test("after all of that the owner still has everything", async () => {
  const { secret: key } = await keyOf({ organizationId: theirs["organization"]!, workspaceId: theirs["workspace"]! });
  for (const path of [
    `/v1/files/${theirs["file"]}`,
    `/v1/agents/${theirs["agent"]}`,
    `/v1/batch/jobs/${theirs["job"]}`,
    `/v1/conversations/${theirs["conversation"]}`,
    `/admin/v1/requests/${theirs["request"]}`,
  ])
    expect([path, (await send("GET", path, key)).status]).toEqual([path, 200]);
  for (const kind of ["key", "limit", "budget", "member"])
    expect(
      (
        await send(
          "GET",
          `/admin/v1/${{ key: "api-keys", limit: "limits", budget: "budgets", member: "members" }[kind]}`,
          key,
        )
      ).text,
    ).toContain(theirs[kind]);
});
