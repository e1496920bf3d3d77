import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "#base";
import { openBackOffice } from "#platform";
import type { BackOffice } from "#platform";
import { startTestServer } from "./support/test-server.ts";
import type { TestServer } from "./support/test-server.ts";
import { WordJudge } from "./support/word-judge.ts";

const OPERATOR = "the-operators-own-key";
const directory = mkdtempSync(join(tmpdir(), "tramontane-policies-"));
const logged: string[] = [];
const judge = new WordJudge();
let office: BackOffice;
let server: TestServer;
let workspaceId: string;
let key: string;

beforeAll(async () => {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const logger = createLogger("debug", (line) => logged.push(line), Date.now);
  office = await openBackOffice({ directory, role: "server", configuredKey: OPERATOR, clock, logger });
  server = await startTestServer({ office, logger, judge });
});
afterAll(async () => {
  await server.close();
  await office.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  judge.isDown = false;
  judge.cases.length = 0;
  logged.length = 0;
  const made = (await (
    await call("POST", "/admin/v1/workspaces", { name: `Lab ${crypto.randomUUID()}` }, OPERATOR)
  ).json()) as { id: string };
  workspaceId = made.id;
  const scopes = ["inference", "admin", "agents", "billing:read"];
  const body = { name: "test", workspace_id: workspaceId, scopes };
  key = ((await (await call("POST", "/admin/v1/api-keys", body, OPERATOR)).json()) as { key: string }).key;
});

const call = (method: string, path: string, body?: unknown, as = key): Promise<Response> =>
  fetch(server.origin + path, {
    method,
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
// oxlint-disable-next-line typescript/no-explicit-any -- the shapes are what the expectations are about.
const json = async (method: string, path: string, body?: unknown): Promise<any> =>
  await (await call(method, path, body)).json();
const rule = (text: string, more: object = {}) => ({ text, action: "refuse", category: "test", ...more });
const draft = (rules: readonly object[], more: object = {}) =>
  json("PUT", "/admin/v1/policy/draft", { rules, ...more });
const publish = (body: object = {}) => json("POST", "/admin/v1/policy/publish", body);
const inForce = async (rules: readonly object[], more: object = {}): Promise<void> => {
  await draft(rules, more);
  await publish();
};
const chat = (content: string, more: object = {}): Promise<Response> =>
  call("POST", "/v1/chat/completions", {
    model: "toy-chat",
    messages: [{ role: "user", content }],
    max_tokens: 400,
    ...more,
  });

describe("a policy's life", () => {
  test("a draft changes nothing until it is published, and every version stays", async () => {
    expect(await draft([rule("Never mention bananas")])).toMatchObject({ published: null });
    expect((await chat("I like bananas")).status).toBe(200);
    expect(await publish({ note: "fruit" })).toMatchObject({
      draft: null,
      published: { version: 1, note: "fruit", definition: { rules: [{ text: "Never mention bananas" }] } },
    });
    expect((await chat("I like bananas")).status).toBe(403);
    await draft([]);
    await publish();
    expect((await chat("I like bananas")).status).toBe(200);
    const back = await json("POST", "/admin/v1/policy/roll-back", { version: 1 });
    expect(back.published).toMatchObject({ version: 3, repeats: 1 });
    expect((await chat("I like bananas")).status).toBe(403);
    const { data } = await json("GET", "/admin/v1/policy/versions");
    expect(data.map((it: { version: number }) => it.version)).toEqual([3, 2, 1]);
  });

  test("a diff names what was added, changed, moved and removed", async () => {
    await inForce([rule("about apples"), rule("about pears"), rule("about plums")]);
    const { published } = await json("GET", "/admin/v1/policy");
    const [apples, pears, plums] = published.definition.rules;
    await draft([{ ...plums }, { ...pears, strictness: "strict" }, rule("about figs")], { on_failure: "open" });
    const diff = await json("GET", "/admin/v1/policy/diff");
    expect(diff).toMatchObject({
      from: 1,
      to: "draft",
      settings: [{ field: "on_failure", before: "closed", after: "open" }],
    });
    const told = diff.rules.map((it: { kind: string; rule_id: string; fields: string[] }) => [
      it.kind,
      it.rule_id,
      it.fields,
    ]);
    expect(told).toEqual([
      ["removed", apples.id, []],
      ["moved", plums.id, []],
      ["changed", pears.id, ["strictness"]],
      ["added", expect.stringMatching(/^rule_/), []],
    ]);
  });

  test("who publishes over somebody else's version is told", async () => {
    await inForce([rule("about apples")]);
    await draft([rule("about pears")]);
    expect((await call("POST", "/admin/v1/policy/publish", { base_version: 0 })).status).toBe(409);
    expect((await call("POST", "/admin/v1/policy/publish", { base_version: 1 })).status).toBe(200);
    expect((await call("POST", "/admin/v1/policy/publish", {})).status).toBe(404);
  });

  test("a rule cannot look like two rules", async () => {
    const reply = await call("PUT", "/admin/v1/policy/draft", { rules: [rule("about apples\n2. nothing")] });
    expect(reply.status).toBe(422);
  });

  test("a workspace of another organization has no policy to see", async () => {
    const { workspaces } = (await (
      await call("POST", "/admin/v1/organizations", { name: "Other" }, OPERATOR)
    ).json()) as { workspaces: { id: string }[] };
    expect((await call("GET", `/admin/v1/policy?workspace_id=${workspaces[0]!.id}`)).status).toBe(404);
  });
});

describe("what a rule does to a question", () => {
  test("a refusal names the rule in the administrator's words, in the language of the question", async () => {
    await inForce([rule("about apples", { action: "log" }), rule("Nichts über Bananen", { category: "Obst" })]);
    const questions = {
      "I would like to know about Bananen please": "This message was not answered",
      "Je voudrais savoir ce que sont les Bananen": "Ce message reste sans réponse",
      "¿Qué son las Bananen?": "Este mensaje no se ha respondido",
      "Ich möchte etwas über Bananen wissen": "Diese Nachricht wurde nicht beantwortet",
      "Che cosa sono le Bananen di cui parli?": "Questo messaggio non ha avuto risposta",
    };
    for (const [question, beginning] of Object.entries(questions)) {
      const reply = await chat(question);
      const body = (await reply.json()) as { message: string };
      expect(reply.status).toBe(403);
      expect(body.message.startsWith(beginning)).toBe(true);
      expect(body).toMatchObject({
        type: "policy_refused",
        message: expect.stringContaining("Nichts über Bananen") as string,
        policy: {
          action: "refuse",
          stage: "input",
          rule_number: 2,
          rule: "Nichts über Bananen",
          category: "Obst",
          score: 0.9,
        },
      });
    }
  });

  test("a warning rides on the answer, streamed or whole", async () => {
    await inForce([rule("about apples", { action: "warn" })]);
    const notice = {
      action: "warn",
      stage: "input",
      rule_number: 1,
      rule: "about apples",
      category: "test",
      score: 0.9,
    };
    const whole = (await (await chat("Repeat: red apples")).json()) as object;
    expect(whole).toMatchObject({ choices: [{ message: { content: "red apples" } }], policy: [notice] });
    const events = (await (await chat("Repeat: red apples", { stream: true })).text()).trim().split("\n\n");
    const chunks = events
      .filter((it) => it !== "data: [DONE]")
      .map((it) => JSON.parse(it.slice(6)) as { policy?: object });
    expect(chunks.map(({ policy }) => policy).filter(Boolean)).toEqual([[notice]]);
    expect(chunks.at(-1)!.policy).toEqual([notice]);
  });

  test("what was refused does not come back as history, while an old warning is not repeated", async () => {
    await inForce([rule("about apples"), rule("about pears", { action: "warn" })]);
    const messages = (first: string) => [
      { role: "user", content: first },
      { role: "assistant", content: "No." },
      { role: "user", content: "And now?" },
    ];
    expect((await chat("", { messages: messages("Tell me of apples") })).status).toBe(403);
    const warned = await chat("", { messages: messages("Tell me of pears") });
    expect(await warned.json()).not.toHaveProperty("policy");
  });

  test("classifications score the rules by their numbers", async () => {
    await inForce([rule("about apples"), rule("about pears", { applies_to: "output" }), rule("about plums")]);
    const { results } = await json("POST", "/v1/classifications", { model: "toy-chat", input: ["plums", "nothing"] });
    expect(Object.keys(results[0].policy.scores)).toEqual(["1", "3", "none"]);
    expect([results[0].policy.scores["3"], results[1].policy.scores["3"]]).toEqual([0.9, 0.01]);
  });

  test("rules are for whom they name", async () => {
    await inForce([
      rule("about apples", { audience: "people" }),
      rule("about pears", { audience_ids: ["somebody-else"] }),
    ]);
    expect((await chat("apples and pears")).status).toBe(200);
  });

  test("a judge that fails lets through or holds back, as the policy says, and either is written down", async () => {
    await inForce([rule("about apples")], { on_failure: "open" });
    judge.isDown = true;
    // Earlier messages are not judged either: one line for all of them.
    const asked = (content: string) => ({ role: "user", content });
    const messages = [asked("pears"), { role: "assistant", content: "Yes." }, asked("apples")];
    const passed = await chat("", { messages });
    expect(passed.status).toBe(200);
    const { policy } = (await passed.json()) as { policy: unknown };
    expect(policy).toEqual([
      { action: "unjudged", stage: "input", policy_version: expect.any(Number), policy_note: null },
    ]);
    await inForce([rule("about apples")], { on_failure: "closed" });
    const held = await chat("apples");
    expect([held.status, ((await held.json()) as { type: string }).type]).toEqual([503, "policy_unavailable"]);
    const { data } = await json("GET", "/admin/v1/policy/decisions");
    expect(data.map((it: { outcome: string }) => it.outcome)).toEqual(["failed_closed", "failed_open"]);
  });

  test("nothing that was refused is billed", async () => {
    await inForce([rule("about apples")]);
    const reply = await chat("apples of my orchard");
    const explained = await json("GET", `/admin/v1/requests/${reply.headers.get("x-request-id")}`);
    expect(explained).toMatchObject({ endings: "policy_refused", output_tokens: 0 });
    expect(explained.policy_decisions).toMatchObject([{ outcome: "refuse", policy_version: 1 }]);
    expect(explained.policy_decisions[0].score).toBeGreaterThanOrEqual(explained.policy_decisions[0].threshold);
    expect(JSON.stringify(explained)).not.toContain("orchard");
  });
});

describe("what a rule does to an answer", () => {
  const secret = "the code is swordfish. ";
  const harmless = "Some words that nobody minds are said here. ".repeat(12);

  test("a stream is stopped before the withheld words, and says why", async () => {
    await inForce([rule("Never say swordfish", { applies_to: "output" })], { output_window: 80 });
    const reply = await chat(`Repeat: ${harmless}${secret}${harmless}`, { stream: true, max_tokens: 4000 });
    const text = await reply.text();
    expect(reply.status).toBe(200);
    expect(text).toContain("minds");
    expect(text).not.toContain("swordfish is");
    expect(text.split('"error"')[0]).not.toContain("swordfish");
    expect(text).toContain("The rest of this answer is withheld");
  });

  test("a whole answer is refused, also when the words stand in its last sentence", async () => {
    await inForce([rule("Never say swordfish", { applies_to: "output" })]);
    const reply = await chat(`Repeat: ${harmless}the code is swordfish`, { max_tokens: 4000 });
    expect(reply.status).toBe(403);
    expect(await reply.text()).not.toContain("the code is");
  });

  test("an answer that breaks nothing arrives complete, and a warning comes with its end", async () => {
    await inForce([rule("Never say swordfish", { applies_to: "output", action: "warn" })]);
    const said = `${harmless}${secret}${harmless}`.trim();
    const body = (await (await chat(`Repeat: ${said}`, { max_tokens: 4000 })).json()) as object;
    expect(body).toMatchObject({
      choices: [{ message: { content: said } }],
      policy: [{ stage: "output", action: "warn" }],
    });
  });

  test("a conversation that was stopped keeps nothing of its answer", async () => {
    await inForce([rule("Never say swordfish", { applies_to: "output" })]);
    const reply = await call("POST", "/v1/conversations", { model: "toy-chat", inputs: `Repeat: ${secret}` });
    expect(reply.status).toBe(403);
    expect(await json("GET", "/v1/conversations")).toEqual([]);
  });
});

describe("trying a policy", () => {
  test("typed texts show what would happen, and nothing is logged", async () => {
    await draft([rule("about apples"), rule("about pears", { action: "warn", strictness: "lenient" })]);
    const { data } = await json("POST", "/admin/v1/policy/test", {
      texts: ["apples", "pears and apples", "plums", "pears"],
    });
    expect(data.map((it: { outcome: string }) => it.outcome)).toEqual(["refuse", "refuse", "pass", "warn"]);
    expect(data[3]).toMatchObject({ rule: { number: 2, score: 0.9, threshold: 0.8, broken: true } });
    expect((await json("GET", "/admin/v1/policy/decisions")).data).toEqual([]);
  });

  test("past messages show what the draft would change, their words only where excerpts are kept", async () => {
    const conversation = crypto.randomUUID();
    await office.database.query(
      `insert into chat_conversation values ($1, $2, 'somebody', 'Fruit', false, null, 0, 0, null, null)`,
      [conversation, workspaceId],
    );
    for (const text of ["Some apples", "Some pears", "Some plums"]) {
      await office.database.query(
        `insert into chat_message (id, conversation_id, depth, role, content, status, details, created_at_ms)
         values ($1, $2, 0, 'user', $3, 'complete', '{}', 0)`,
        [crypto.randomUUID(), conversation, text],
      );
    }
    await inForce([rule("about apples")]);
    const { published } = await json("GET", "/admin/v1/policy");
    await draft([...published.definition.rules, rule("about pears", { action: "warn" })]);
    const told = await json("POST", "/admin/v1/policy/replay", {});
    expect(told).toMatchObject({ messages: 3, would_refuse: 1, would_warn: 1, changed: 1 });
    expect(told.data.map((it: { after: string; excerpt: string | null }) => [it.after, it.excerpt])).toEqual([
      ["pass", null],
      ["warn", null],
      ["refuse", null],
    ]);
    await draft([rule("about pears")], { keep_excerpts: true });
    expect((await json("POST", "/admin/v1/policy/replay", {})).data[1]).toMatchObject({ excerpt: "Some pears" });
    const { data } = (await (await call("GET", "/admin/v1/audit-log", undefined, OPERATOR)).json()) as {
      data: { event: string }[];
    };
    expect(data.filter(({ event }) => event === "policy.replay").length).toBeGreaterThan(0);
  });
});

describe("looking back", () => {
  test("decisions carry rule, score, model and time, and no words", async () => {
    await inForce([rule("about apples")]);
    const reply = await chat("my apples are secret");
    const { data } = await json("GET", "/admin/v1/policy/decisions");
    expect(data).toMatchObject([
      {
        outcome: "refuse",
        request_id: reply.headers.get("x-request-id"),
        rule_number: 1,
        rule: "about apples",
        score: 0.9,
        threshold: 0.5,
        latency_ms: 1,
        has_excerpt: false,
      },
    ]);
    expect((await call("GET", `/admin/v1/policy/decisions/${data[0].id}/excerpt`)).status).toBe(404);
    expect(JSON.stringify(data) + logged.join("\n")).not.toContain("my apples");
  });

  test("an excerpt is kept where the administrator wants it, and reading it is written down", async () => {
    await inForce([rule("about apples")], { keep_excerpts: true });
    await chat("my apples are secret");
    const { data } = await json("GET", "/admin/v1/policy/decisions");
    const told = await json("GET", `/admin/v1/policy/decisions/${data[0].id}/excerpt`);
    expect(told).toMatchObject({ excerpt: "my apples are secret" });
    const audit = await (await call("GET", "/admin/v1/audit-log", undefined, OPERATOR)).text();
    expect(audit).toContain("policy_decision.read_excerpt");
    expect(audit).not.toContain("my apples");
  });

  test("people say whether a rule was right, and its precision is what they said", async () => {
    await inForce([rule("about apples")]);
    for (const text of ["apples one", "apples two", "apples three"]) await chat(text);
    const { data } = await json("GET", "/admin/v1/policy/decisions");
    await json("POST", `/admin/v1/policy/decisions/${data[0].id}/review`, { verdict: "right" });
    await json("POST", `/admin/v1/policy/decisions/${data[1].id}/review`, { verdict: "wrong" });
    await json("POST", `/admin/v1/policy/decisions/${data[2].id}/review`, { verdict: "wrong" });
    await json("POST", `/admin/v1/policy/decisions/${data[2].id}/review`, { verdict: null });
    expect((await json("GET", "/admin/v1/policy/precision")).data).toMatchObject([
      { rule: "about apples", decisions: 3, right: 1, wrong: 1, precision: 0.5 },
    ]);
    expect((await call("POST", "/admin/v1/policy/decisions/nothing/review", { verdict: null })).status).toBe(404);
  });
});
