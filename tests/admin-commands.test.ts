import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACTIONS } from "../src/cli/admin/actions.ts";
import { fieldsOf, optionOf } from "../src/cli/admin/admin-request.ts";
import { parseArguments } from "../src/cli/arguments.ts";
import { admin } from "../src/cli/commands/admin.ts";
import { loadConfig } from "../src/cli/config.ts";
import { SETTINGS } from "../src/cli/settings.ts";
import { startServerProcess } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
}, 90_000);
afterAll(async () => await server.stop());

/** What `tramontane admin WORDS` writes; words with spaces are quoted. */
async function run(line: string, { key = server.key } = {}): Promise<string> {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const { positionals, flags, options } = parseArguments(admin, ["--server", server.url, ...words]);
  const out: string[] = [];
  await admin.run({
    config: loadConfig({ flags: { dataDir: server.dataDir, apiKey: key, ...flags }, environment: {} }),
    positionals,
    options,
    out: (text) => out.push(text),
    fail: (text) => out.push(text),
    stop: new AbortController().signal,
  });
  return out.join("\n");
}
const json = async (line: string) => JSON.parse(await run(`${line} --json`)) as Record<string, never>;

interface Operation {
  readonly requestBody?: { content: { "application/json": { schema: { properties: object } } } };
}

test("every action is a door of the admin API that knows its fields", async () => {
  const answer = await fetch(`${server.url}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Operation>> };
  const doors = new Map<string, Operation>(
    Object.entries(paths).flatMap(([path, operations]) =>
      path.startsWith("/admin/v1")
        ? Object.entries(operations).map(([verb, it]) => [`${verb.toUpperCase()} ${path.slice(9)}`, it] as const)
        : [],
    ),
  );
  const doorOf = ({ method, path }: (typeof ACTIONS)[number]) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`;
  const wrong = ACTIONS.flatMap((action) => {
    const door = doors.get(doorOf(action));
    if (door === undefined) return [`${action.name}: no ${doorOf(action)}`];
    const known = Object.keys(door.requestBody?.content["application/json"].schema.properties ?? {});
    const sent = [...(action.operands ?? []), ...fieldsOf(action), ...Object.keys(action.fixed ?? {})].filter(
      (name) => door.requestBody && !action.path.includes(`:${name}`) && !action.query?.includes(name as never),
    );
    return sent.filter((name) => !known.includes(name)).map((name) => `${action.name}: no field ${name}`);
  });
  expect(wrong).toEqual([]);
});

test("no option is a setting too, and no two fields make one option", () => {
  const options = ACTIONS.flatMap(fieldsOf).map(optionOf);
  expect(options.filter((name) => name in SETTINGS)).toEqual([]);
  const byOption = new Map(ACTIONS.flatMap(fieldsOf).map((name) => [optionOf(name), name]));
  expect(byOption.size).toBe(new Set(ACTIONS.flatMap(fieldsOf)).size);
});

test("an organization with a workspace, a member, a key, limits, a budget and credit is made and looked after", async () => {
  const { id: organization } = await json('organizations create "Customer A"');
  const its = `--organization ${organization}`;
  expect(await run("organizations list")).toContain("Customer A");
  const workspace = await json(`workspaces create Research ${its}`);
  const made = await json(`keys create app --scopes inference,jobs --workspace-id ${workspace["id"]} ${its}`);
  expect(made).toMatchObject({ key: expect.stringMatching(/^tmk_/), scopes: ["inference", "jobs"] });
  const listed = await run(`keys list ${its}`);
  expect(listed).toContain(String(made["key"]).slice(0, 12));
  expect(listed).not.toContain(made["key"]);
  await run(`limits set --scope key --scope-id ${made["id"]} --requests-per-second 2.5 ${its}`);
  expect(await json(`limits list ${its}`)).toMatchObject({ scope_id: made["id"], requests_per_second: 2.5 });
  await run(`budgets set 12.50 --at-cap warn ${its}`);
  expect(await json(`budgets list ${its}`)).toMatchObject({ cap: "12.50", at_cap: "warn", period: "month" });
  await run(`credits grant 100 --expires-at 2031-01-01 ${its}`);
  expect(await json(`credits list ${its}`)).toMatchObject({ amount: "100.00", expires_at: "2031-01-01T00:00:00.000Z" });
  await run(`members invite ada@example.com developer ${its}`);
  expect(await run(`invitations list ${its}`)).toContain("ada@example.com");
  await run(`keys revoke ${made["id"]} ${its}`);
  expect((await json(`keys list ${its}`))["revoked_at"]).not.toBeNull();
  await run(`organizations suspend ${organization}`);
  expect(await run(`organizations show ${organization}`)).toMatch(/status +suspended/);
  expect(await json(`audit verify ${its}`)).toMatchObject({ intact: true });
}, 60_000);

test("prices and a commitment come from files, and what is said beside a file goes before it", async () => {
  const prices = join(server.dataDir, "prices.json");
  const items = [{ model: "random", input_per_million: "2", output_per_million: "6" }];
  writeFileSync(prices, JSON.stringify({ name: "house", currency: "EUR", valid_from: "2024-02-26T00:00:00Z", items }));
  await run(`prices add --file ${prices}`);
  await run("terms set --price-list house --discount-basis-points 250");
  expect(await json("terms show")).toMatchObject({ price_list: "house", discount_basis_points: 250 });
  const milestones = join(server.dataDir, "milestones.json");
  writeFileSync(
    milestones,
    JSON.stringify({ amount: "1", milestones: [{ due_at: "2031-07-01T00:00:00Z", amount: "5000" }] }),
  );
  await run(`commitments agree 12000 2031-01-01 2032-01-01 --automatic-shortfall false --file ${milestones}`);
  const [line] = (await run("commitments list --json")).split("\n");
  expect(JSON.parse(line!)).toMatchObject({
    amount: "12000.00",
    automatic_shortfall: false,
    milestones: [{ amount: "5000.00" }, { amount: "12000.00" }],
  });
});

test("a policy is drafted from a file, published and rolled back", async () => {
  const file = join(server.dataDir, "rules.json");
  writeFileSync(file, JSON.stringify({ rules: [{ text: "Questions about medicines", action: "log" }] }));
  await run(`policies draft --file ${file}`);
  await run('policies publish --note "health first"');
  await run("policies roll-back 1");
  expect(await run("policies list")).toMatch(/VERSION[^]*\n2 [^]*\n1 .*health first/);
});

test("usage is a file or rows, a deployment is listed, and the whole audit log is exported over its pages", async () => {
  expect(await run("usage export --from 2026-01-01 --group-by model --format csv")).toMatch(/^model,requests,/);
  expect(await run("deployments list")).toMatch(/random +file/);
  expect(await json("usage verify")).toMatchObject({ agrees: true });
  for (let i = 0; i < 3; i++) await run(`names set name-${i} random`);
  const records = (await run("audit export --json"))
    .split("\n")
    .map((line) => JSON.parse(line) as { sequence: number; hash: string; event: string });
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, i) => i + 1));
  const rest = await run(`audit export --after ${records.length - 3}`);
  expect(rest.split("\n")).toHaveLength(4);
});

test("what is wrong is said before the server is asked, and what the server says comes through", async () => {
  await expect(run("key list")).rejects.toThrow(/nothing to administer. Did you mean keys\?/);
  await expect(run("keys invent")).rejects.toThrow(/nothing to do with keys/);
  await expect(run("keys create")).rejects.toThrow("Say: tramontane admin keys create NAME.");
  await expect(run("keys create a --cap 3")).rejects.toThrow(/does not take --cap. It takes .*--scopes/);
  await expect(run("limits set --requests-per-second many")).rejects.toThrow(/must be a number/);
  await expect(run("invoices show nothing")).rejects.toThrow(/./);
  await expect(run("keys list --server http://127.0.0.1:9")).rejects.toThrow(
    "No server answers at http://127.0.0.1:9.",
  );
  await expect(run("keys list", { key: "tmk_00000000_nobody-knows-this-key" })).rejects.toMatchObject({
    code: "unauthorized",
  });
});

test("help names every action, and of one thing the options too", async () => {
  const page = admin.help!({ positionals: [] });
  expect(ACTIONS.filter(({ name }) => !page.includes(name))).toEqual([]);
  expect(admin.help!({ positionals: ["keys"] })).toMatch(/keys create NAME[^]*--scopes A,B/);
  expect(await run("keys")).toBe(admin.help!({ positionals: ["keys"] }));
});

test("a reader who has read enough, as head has, is no error", () => {
  const line = "for i in 1 2 3; do node bin/tramontane.mjs admin; done | sleep 0";
  const { stderr } = spawnSync("bash", ["-o", "pipefail", "-c", line]);
  expect(stderr.toString()).toBe("");
}, 30_000);
