import { afterAll, beforeAll, expect, test } from "vitest";
import { scripted } from "../e2e/scripted-model.ts";
import { startAppServer } from "../support/app-server.ts";
import type { AppServer } from "../support/app-server.ts";

let server: AppServer;

beforeAll(async () => {
  server = await startAppServer({ disturb: scripted });
}, 60_000);
afterAll(() => server.close());

/** Whatever an answer holds; a wrong name shows as undefined in an expectation. */
interface Json {
  readonly [name: string]: (string & readonly Json[]) | undefined;
}

interface Person {
  readonly id: string;
  readonly call: (method: string, path: string, body?: unknown) => Promise<Response>;
  /** Where they are, or the status of being told. */
  whereabouts(): Promise<string | number>;
  choices(): Promise<string[]>;
}

const as = (cookie: string) => (method: string, path: string, body?: unknown) =>
  server.call(method, path, body, { cookie });

async function read(asked: Promise<Response>): Promise<Json> {
  const response = await asked;
  expect(response.ok, `${response.url}: ${response.status}`).toBe(true);
  return (await response.json()) as Json;
}

/** Somebody of this role in the first organisation, or in the one named, signed in to the app. */
async function person(name: string, role: string, organizationId?: string): Promise<Person> {
  const email = `${name}@example.test`;
  const password = "a long pass phrase";
  const at = organizationId === undefined ? "" : `?organization_id=${organizationId}`;
  const { token } = await read(server.call("POST", `/admin/v1/invitations${at}`, { email, role }));
  const accepted = await read(server.call("POST", "/admin/v1/invitations/accept", { token, name, password }));
  const { token: key } = await read(server.call("POST", "/admin/v1/sessions", { email, password }));
  const opened = await server.call("POST", "/api/session", { key }, { cookie: "" });
  const call = as(opened.headers.get("set-cookie")!.split(";", 1)[0]!);
  return {
    id: accepted["id"]!,
    call,
    async whereabouts() {
      const response = await call("GET", "/api/session");
      return response.ok
        ? ((await response.json()) as { user: { workspaceName: string } }).user.workspaceName
        : response.status;
    },
    async choices() {
      const { workspaces } = (await (await call("GET", "/api/workspaces")).json()) as {
        workspaces: { name: string }[];
      };
      return workspaces.map(({ name: workspace }) => workspace);
    },
  };
}

const workspace = async (name: string): Promise<string> =>
  (await read(server.call("POST", "/admin/v1/workspaces", { name })))["id"]!;
const enter = async ({ call }: Person, workspaceId: string): Promise<number> =>
  (await call("PUT", "/api/session/workspace", { workspaceId })).status;

test("an administrator goes to any workspace of the organization, stays there, and finds what is in it", async () => {
  const anna = await person("anna", "admin");
  const id = await workspace("Research");
  const { id: atHome } = await read(anna.call("POST", "/api/conversations", {}));
  expect(await anna.choices()).toEqual(["Default", "Research"]);
  expect(await enter(anna, id)).toBe(200);
  expect(await anna.whereabouts()).toBe("Research");
  expect(await read(anna.call("GET", "/api/conversations"))).toEqual({ conversations: [] });
  expect((await anna.call("GET", `/api/conversations/${atHome}`)).status).toBe(404);
  const { id: keyId, workspace_id: made } = await read(anna.call("POST", "/admin/v1/api-keys", { name: "research" }));
  expect(made).toBe(id);
  const { data } = await read(anna.call("GET", `/admin/v1/api-keys?workspace_id=${id}`));
  expect(data!.map((key) => key["id"])).toEqual([keyId]);
});

test("usage is told of one workspace", async () => {
  const bea = await person("bea", "admin");
  const id = await workspace("Sales");
  await enter(bea, id);
  const messages = [{ role: "user", content: "say=one two rate=5000" }];
  await read(bea.call("POST", "/v1/chat/completions", { model: "tramontane-small", messages }));
  const usage = async (query: string) =>
    (await read(bea.call("GET", `/admin/v1/usage?group_by=workspace${query}`)))["data"]!.map((row) => row["workspace"]);
  expect(await usage(`&workspace_id=${id}`)).toEqual([id]);
  expect(await usage("&workspace_id=nowhere")).toEqual([]);
});

test("others enter the first workspace and those they were put into, and leave at once when taken out", async () => {
  const carl = await person("carl", "member");
  const id = await workspace("Board");
  expect(await carl.choices()).toEqual(["Default"]);
  expect(await enter(carl, id)).toBe(404);
  expect(await carl.whereabouts()).toBe("Default");
  expect((await carl.call("PUT", `/admin/v1/workspaces/${id}/members/${carl.id}`)).status).toBe(403);
  const door = `/admin/v1/workspaces/${id}/members`;
  expect((await server.call("PUT", `${door}/${carl.id}`)).status).toBe(200);
  expect((await read(server.call("GET", door)))["data"]).toMatchObject([{ id: carl.id, email: "carl@example.test" }]);
  expect(await carl.choices()).toEqual(["Default", "Board"]);
  expect(await enter(carl, id)).toBe(200);
  // What the role may do does not change with the place.
  expect((await carl.call("GET", "/admin/v1/api-keys")).status).toBe(403);
  expect((await server.call("DELETE", `${door}/${carl.id}`)).status).toBe(200);
  expect(await carl.whereabouts()).toBe(401);
  expect((await server.call("DELETE", `${door}/${carl.id}`)).status).toBe(404);
  const { data } = await read(server.call("GET", "/admin/v1/audit-log?after=0"));
  const events = data!.filter((it) => it["target"] === `workspace:${id}`).map((it) => it["event"]);
  expect(events).toEqual(["workspace.create", "workspace.add_member", "workspace.remove_member"]);
});

test("an administrator who becomes a member is out of what was open to administrators only", async () => {
  const dora = await person("dora", "admin");
  await enter(dora, await workspace("Vault"));
  await server.call("PATCH", `/admin/v1/members/${dora.id}`, { role: "member" });
  expect(await dora.whereabouts()).toBe(401);
});

test("nobody enters a stranger's workspace, nor puts people into it", async () => {
  const { id: organizationId, workspaces } = await read(
    server.call("POST", "/admin/v1/organizations", { name: "Strangers" }),
  );
  const foreign = workspaces![0]!["id"]!;
  const eva = await person("eva", "admin");
  expect(await enter(eva, foreign)).toBe(404);
  expect(await enter(eva, "nowhere' or true --")).toBe(404);
  expect(await eva.whereabouts()).toBe("Default");
  for (const method of ["PUT", "DELETE"])
    expect((await eva.call(method, `/admin/v1/workspaces/${foreign}/members/${eva.id}`)).status).toBe(404);
  expect((await eva.call("GET", `/admin/v1/workspaces/${foreign}/members`)).status).toBe(404);
  const frank = await person("frank", "member", organizationId);
  const own = await workspace("Ours");
  expect((await eva.call("PUT", `/admin/v1/workspaces/${own}/members/${frank.id}`)).status).toBe(404);
  // A place that both belong to, by their own memberships, is no bridge.
  expect(await enter(frank, own)).toBe(404);
});

test("who belongs to two organizations goes from one to the other, and is there what they are there", async () => {
  const { id: organizationId, workspaces } = await read(
    server.call("POST", "/admin/v1/organizations", { name: "Second" }),
  );
  const gina = await person("gina", "admin");
  const { token } = await read(
    server.call("POST", `/admin/v1/invitations?organization_id=${organizationId}`, {
      email: "gina@example.test",
      role: "member",
    }),
  );
  await server.call("POST", "/admin/v1/invitations/accept", { token, name: "gina", password: "a long pass phrase" });
  expect((await gina.call("GET", "/admin/v1/api-keys")).status).toBe(200);
  expect(await enter(gina, workspaces![0]!["id"]!)).toBe(200);
  expect((await gina.call("GET", "/admin/v1/api-keys")).status).toBe(403);
  await server.call("PATCH", `/admin/v1/organization?organization_id=${organizationId}`, { status: "suspended" });
  expect(await gina.whereabouts()).toBe(401);
});

test("a key stays where it belongs, and without a session or from elsewhere nobody goes anywhere", async () => {
  const id = await workspace("Closed");
  expect((await server.call("PUT", "/api/session/workspace", { workspaceId: id })).status).toBe(404);
  expect((await read(server.call("GET", "/api/workspaces")))["workspaces"]).toMatchObject([{ name: "Default" }]);
  const hugo = await person("hugo", "admin");
  expect((await fetch(`${server.origin}/api/workspaces`)).status).toBe(401);
  expect(
    (await server.call("PUT", "/api/session/workspace", { workspaceId: id }, { origin: "http://evil.test" })).status,
  ).toBe(403);
  expect((await hugo.call("PUT", "/api/session/workspace", { workspaceId: id, role: "owner" })).status).toBe(400);
  expect(await hugo.whereabouts()).toBe("Default");
});
