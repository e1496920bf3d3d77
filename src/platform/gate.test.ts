import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { silentLogger, TramontaneError } from "#base";
import { ManualClock } from "../../tests/support/manual-clock.ts";
import { within } from "../../tests/support/patience.ts";
import { openBackOffice } from "./back-office.ts";
import type { BackOffice } from "./back-office.ts";
import { verifyUsage } from "./billing/verify-usage.ts";
import type { AdmissionRequest, Gate } from "./inference/call.ts";
import { observeTurn, silentObserver } from "./inference/observe.ts";
import type { Turn, TurnEvent } from "./inference/turn.ts";
import { recentUsage } from "./metering/recent-usage.ts";
import { uuidv7 } from "./uuid.ts";

const clock = new ManualClock();
const directory = mkdtempSync(join(tmpdir(), "tramontane-gate-"));
let office: BackOffice;
let gate: Gate;

beforeAll(async () => {
  office = await openBackOffice({ directory, role: "server", configuredKey: "the-key", clock, logger: silentLogger });
  gate = office.gate!;
});
afterAll(async () => {
  await office.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => clock.advance(3_600_000));

async function ask(signal = new AbortController().signal, maxOutputTokens = 100): Promise<AdmissionRequest> {
  const caller = await office.authenticate({ authorization: "Bearer the-key" });
  return {
    call: { requestId: uuidv7(clock.nowMs()), caller, dialect: "mistral", signal },
    deployment: "small",
    operation: "chat",
    size: { promptBytes: 40, countPrompt: () => Promise.resolve(10), maxOutputTokens, isOutputBounded: true },
  };
}
async function turn(events: Turn, request: AdmissionRequest): Promise<Turn> {
  const admission = await gate.admit(request);
  const shared = { clock, observer: silentObserver, operation: "chat", deployment: "small", choices: 1 } as const;
  return observeTurn(events, { ...shared, admission, signal: request.call.signal });
}
const started: TurnEvent = { type: "started", promptTokens: 10, cachedTokens: 4 };
const text: TurnEvent = { type: "text", choice: 0, text: "x", tokens: 1 };
const finished: TurnEvent = { type: "finished", choice: 0, reason: "stop", completionTokens: 3, toolCalls: [] };
async function* saying(...events: (TurnEvent | Error)[]): AsyncGenerator<readonly TurnEvent[]> {
  for (const event of events) {
    if (event instanceof Error) throw event;
    yield [event];
  }
}
const eventOf = async ({ call }: AdmissionRequest) =>
  (
    await office.database.query(
      "select outcome, prompt_tokens, cached_tokens, output_tokens from usage_event where request_id = $1",
      [call.requestId],
    )
  )[0];
const read = async (events: Turn) => {
  for await (const _ of events);
};

test("the settlement is durable before the last event is passed on", async () => {
  const request = await ask();
  for await (const [event] of await turn(saying(started, text, text, finished), request)) {
    const isLast = event!.type === "finished";
    expect(await eventOf(request)).toEqual(
      isLast ? { outcome: "completed", prompt_tokens: 10, cached_tokens: 4, output_tokens: 3 } : undefined,
    );
  }
});

test("a reader who leaves in the middle pays for what was made, one who never starts for nothing", async () => {
  const request = await ask();
  for await (const [event] of await turn(saying(started, text, text, finished), request))
    if (event!.type === "text") break;
  expect(await eventOf(request)).toMatchObject({ outcome: "partial", prompt_tokens: 10, output_tokens: 1 });

  const controller = new AbortController();
  const never = await ask(controller.signal);
  await turn(saying(started, text, finished), never);
  controller.abort(new TramontaneError("cancelled", "The client left"));
  await expect
    .poll(() => eventOf(never), { timeout: within(1_000) })
    .toMatchObject({ outcome: "failed", prompt_tokens: 0 });
});

test("a reader who leaves before the first token pays for the part of the prompt that was worked through", async () => {
  const leave = async (prefilled: TurnEvent[]) => {
    const controller = new AbortController();
    const request = await ask(controller.signal);
    for await (const [event] of await turn(saying(started, ...prefilled, text, finished), request))
      if (event === (prefilled.at(-1) ?? started)) break;
    return await eventOf(request);
  };
  const after = (tokens: number): TurnEvent => ({ type: "prefilled", tokens });
  expect(await leave([after(6), after(8)])).toMatchObject({ outcome: "partial", prompt_tokens: 8, cached_tokens: 4 });
  // What was in the cache cost nobody anything.
  expect(await leave([after(4)])).toMatchObject({ outcome: "failed", prompt_tokens: 0 });
  expect(await leave([])).toMatchObject({ outcome: "failed", prompt_tokens: 0 });
});

test("an engine that breaks is not billed before the first token, and to the last one after it", async () => {
  const broken = new TramontaneError("engine_crashed", "boom");
  const early = await ask();
  await expect(read(await turn(saying(started, broken), early))).rejects.toBe(broken);
  expect(await eventOf(early)).toMatchObject({ outcome: "failed", prompt_tokens: 0 });
  const late = await ask();
  await expect(read(await turn(saying(started, text, broken), late))).rejects.toBe(broken);
  expect(await eventOf(late)).toMatchObject({ outcome: "partial", prompt_tokens: 10, output_tokens: 1 });
});

test("what the server failed lately is told from what a reader left and a rule refused", async () => {
  const { organizationId } = office.firstWorkspace;
  const since = new Date(clock.nowMs());
  const recent = () => recentUsage(office.database, organizationId, since);
  expect(await recent()).toEqual({ requests: 0, failed: 0 });
  await read(await turn(saying(started, text, finished), await ask()));
  for await (const _ of await turn(saying(started, text, finished), await ask())) break;
  const refused = new TramontaneError("policy_refused", "a rule");
  await expect(read(await turn(saying(started, refused), await ask()))).rejects.toBe(refused);
  expect(await recent()).toEqual({ requests: 3, failed: 0 });
  const broken = new TramontaneError("engine_crashed", "boom");
  await expect(read(await turn(saying(started, text, broken), await ask()))).rejects.toBe(broken);
  expect(await recent()).toEqual({ requests: 4, failed: 1 });
  expect(await recentUsage(office.database, uuidv7(clock.nowMs()), since)).toEqual({ requests: 0, failed: 0 });
});

test("a model's queue says how many are under way and how many wait", async () => {
  const signal = new AbortController().signal;
  const wanted = async () => ({ ...(await ask(signal)), deployment: "narrow", slots: 1 });
  expect(office.gate!.load("narrow")).toBeUndefined();
  const outcome = {
    operation: "chat",
    deployment: "narrow",
    promptTokens: 1,
    cachedTokens: 0,
    completionTokens: 1,
  } as const;
  const ended = { ...outcome, ending: "completed", endings: ["stop"], durationMs: 1, firstTextMs: 1 } as const;
  const first = await gate.admit(await wanted());
  const second = gate.admit(await wanted());
  await expect.poll(() => office.gate!.load("narrow")).toEqual({ running: 1, waiting: 1, slots: 1 });
  await first.settle(ended);
  await (await second).settle(ended);
  expect(office.gate!.load("narrow")).toEqual({ running: 0, waiting: 0, slots: 1 });
});

test("a refused budget gives back what the limits had counted", async () => {
  const { firstWorkspace, limits, budgets, database, prices } = office;
  const { organizationId } = firstWorkspace;
  const scope = { organizationId, scope: "organization", scopeId: organizationId } as const;
  const price = {
    model: "small",
    mode: "standard",
    input: 1n,
    cachedInput: 1n,
    output: 1n,
    commitmentEligible: true,
  } as const;
  await prices.add({ name: "list", currency: "EUR", validFrom: new Date(0), items: [price] });
  await database.query("insert into balance (organization_id) values ($1) on conflict do nothing", [organizationId]);
  await database.query("update balance set price_list = 'list' where organization_id = $1", [organizationId]);
  const none = { requestsPerSecond: undefined, tokensPerMonth: undefined, tokensPerMinute: undefined };
  await limits.set({ ...scope, model: undefined, ...none, concurrentRequests: 1 }, "system");
  const budget = await budgets.set({ ...scope, period: "total", cap: 20n, atCap: "stop" }, "system");
  clock.advance(10_000);
  for (let i = 0; i < 3; i++) await expect(gate.admit(await ask())).rejects.toMatchObject({ code: "budget_exceeded" });
  await read(await turn(saying(started, text, finished), await ask(undefined, 5)));
  await budgets.remove(organizationId, budget.id, "system");
});

test("all of it agrees to the last unit", async () => {
  expect(await verifyUsage(office.database)).toEqual([]);
  expect(await office.audit.verify(office.firstWorkspace.organizationId)).toMatchObject({ intact: true });
});

test("what costs nothing starts at once, and says nothing before its intent is durable", async () => {
  const request = await ask();
  let write = (): void => {};
  const durable = new Promise<void>((resolve) => (write = resolve));
  const admission = { durable, progress() {}, settle: () => Promise.resolve() };
  const shared = { clock, observer: silentObserver, operation: "chat", deployment: "small", choices: 1 } as const;
  const isAsked: boolean[] = [];
  async function* engine(): AsyncGenerator<readonly TurnEvent[]> {
    isAsked.push(true);
    yield* saying(started, text, finished);
  }
  const events = observeTurn(engine(), { ...shared, admission, signal: request.call.signal })[Symbol.asyncIterator]();
  const heard: (readonly TurnEvent[] | undefined)[] = [];
  const first = events.next().then(({ value }) => heard.push(value));
  await new Promise(setImmediate);
  expect(isAsked).toEqual([true]);
  expect(heard).toEqual([]);
  write();
  await first;
  expect(heard).toEqual([[started]]);
  await events.return?.();
});

test("an intent that is refused ends the answer before its first event", async () => {
  const request = await ask();
  const refusal = new TramontaneError("budget_exceeded", "Nothing is left.");
  const durable = Promise.reject(refusal);
  durable.catch(() => {});
  const admission = { durable, progress() {}, settle: () => durable };
  const shared = { clock, observer: silentObserver, operation: "chat", deployment: "small", choices: 1 } as const;
  const events = observeTurn(saying(started, text), { ...shared, admission, signal: request.call.signal });
  await expect(events[Symbol.asyncIterator]().next()).rejects.toBe(refusal);
});
