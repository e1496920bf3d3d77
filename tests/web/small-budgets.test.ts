import { afterAll, beforeAll, expect, test } from "vitest";
import type { ThreadMessage } from "#protocol";
import { scripted } from "../e2e/scripted-model.ts";
import { startAppServer } from "../support/app-server.ts";
import type { AppServer } from "../support/app-server.ts";

const MODEL = "tramontane-small";
/** How long an answer each question let the engine write. */
const lengths: (number | undefined)[] = [];
let server: AppServer;

beforeAll(async () => {
  server = await startAppServer({
    disturb(toy) {
      const model = scripted(toy);
      return {
        ...model,
        generate(request, signal) {
          lengths.push(request.maxTokens);
          return model.generate(request, signal);
        },
      };
    },
  });
  // A token of an answer costs one euro, a question nothing.
  const items = [{ model: MODEL, input_per_million: "0", output_per_million: "1000000" }];
  const list = { name: "dear", currency: "EUR", valid_from: "2024-01-01T00:00:00Z", items };
  expect((await server.call("POST", "/admin/v1/price-lists", list)).status).toBe(200);
  expect((await server.call("PUT", "/admin/v1/billing/terms", { price_list: "dear" })).status).toBe(200);
}, 120_000);
afterAll(() => server.close());

/** Asks in a new conversation while so many euros are left, and reads the answer when it has ended. */
async function askWith(euros: number, content: string): Promise<ThreadMessage> {
  lengths.length = 0;
  const { data } = (await (await server.call("GET", "/admin/v1/budgets")).json()) as { data: { spent: string }[] };
  const cap = String(Number(data[0]?.spent ?? 0) + euros);
  expect((await server.call("PUT", "/admin/v1/budgets", { cap })).status).toBe(200);
  const { id } = (await (await server.call("POST", "/api/conversations", {})).json()) as { id: string };
  const body = { content, model: MODEL };
  await server.call("POST", `/api/conversations/${id}/messages`, body, { "idempotency-key": `with-${euros}-euros` });
  for (;;) {
    const page = await (await server.call("GET", `/api/conversations/${id}/messages`)).json();
    const answer = (page as { messages: ThreadMessage[] }).messages.at(-1)!;
    if (answer.role === "assistant" && answer.runId === undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("what is left of a budget bounds how long an answer may be; only when next to nothing is left there is none", async () => {
  const say = "say=Well enough.";
  expect(await askWith(5000, say)).toMatchObject({ status: "complete", content: "Well enough." });
  expect(lengths).toEqual([4096]);
  expect(await askWith(4095, say)).toMatchObject({ status: "complete", content: "Well enough." });
  expect(lengths).toEqual([1024]);
  expect(await askWith(1023, say)).toMatchObject({ status: "complete", content: "Well enough." });
  expect(lengths).toEqual([256]);
  expect(await askWith(255, say)).toMatchObject({ status: "failed", details: { error: { code: "budget_exceeded" } } });
  expect(lengths).toEqual([]);
  // What was asked for in vain is not reserved: all that was spent are the words written.
  const { data } = (await (await server.call("GET", "/admin/v1/budgets")).json()) as { data: { spent: string }[] };
  expect(Number(data[0]!.spent)).toBeLessThan(20);
  expect(await (await server.call("GET", "/admin/v1/billing/verification")).json()).toMatchObject({ agrees: true });
});
