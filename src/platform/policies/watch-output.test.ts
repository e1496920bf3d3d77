import fc from "fast-check";
import { expect, test } from "vitest";
import type { Turn, TurnEvent } from "../inference/turn.ts";
import { watchOutput } from "./watch-output.ts";

const WINDOW = 60;
const FORBIDDEN = "swordfish";

async function* answer(pieces: readonly string[]): AsyncGenerator<readonly TurnEvent[]> {
  yield [{ type: "started", promptTokens: 1, cachedTokens: 0 }];
  for (const text of pieces) {
    await Promise.resolve();
    yield [{ type: "text", choice: 0, text, tokens: 1 }];
  }
  yield [{ type: "finished", choice: 0, reason: "stop", completionTokens: pieces.length, toolCalls: [] }];
}

const refuse = async (text: string): Promise<void> => {
  await Promise.resolve();
  if (text.includes(FORBIDDEN)) throw new Error("refused");
};

async function read(turn: Turn): Promise<{ text: string; isRefused: boolean; ended: boolean }> {
  let text = "";
  let ended = false;
  try {
    for await (const events of watchOutput(turn, { judge: refuse, windowCharacters: WINDOW })) {
      for (const event of events) {
        if (event.type === "text") text += event.text;
        if (event.type === "finished") ended = true;
      }
    }
    return { text, isRefused: false, ended };
  } catch {
    return { text, isRefused: true, ended };
  }
}

const pieces = fc.array(fc.stringMatching(/^[a-z .!\n]{1,15}$/), { maxLength: 60 });

test("an answer that nobody minds arrives whole, in its order", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (list) => {
      fc.pre(!list.join("").includes(FORBIDDEN));
      expect(await read(answer(list))).toEqual({ text: list.join(""), isRefused: false, ended: true });
    }),
  );
});

test("however an answer is cut, the forbidden word is never let out whole, nor what follows it", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, pieces, fc.integer({ min: 1, max: 4 }), async (before, after, size) => {
      const cut = [...FORBIDDEN.matchAll(new RegExp(`.{1,${size}}`, "g"))].map(([part]) => part);
      const { text, isRefused, ended } = await read(answer([...before, ...cut, ...after]));
      expect([isRefused, ended]).toEqual([true, false]);
      expect(text.includes(FORBIDDEN)).toBe(false);
      const whole = [...before, ...cut].join("");
      expect(whole.startsWith(text)).toBe(true);
    }),
  );
});

test("the source is ended when the answer is refused or its reader leaves", async () => {
  for (const text of [`${FORBIDDEN}.`, "Nothing special. "]) {
    let isOpen = true;
    async function* source(): AsyncGenerator<readonly TurnEvent[]> {
      try {
        for (;;) yield [{ type: "text", choice: 0, text, tokens: 1 }];
      } finally {
        isOpen = false;
      }
    }
    const watched = watchOutput(source(), { judge: refuse, windowCharacters: WINDOW });
    const reading = (async () => {
      for await (const [event] of watched) if (event?.type === "text") break;
    })();
    await reading.catch(() => {});
    expect(isOpen).toBe(false);
  }
});

test("no more than a window waits while nothing is being judged", async () => {
  let held = 0;
  let most = 0;
  async function* source(): AsyncGenerator<readonly TurnEvent[]> {
    for (let index = 0; index < 500; index += 1) {
      held += 4;
      most = Math.max(most, held);
      yield [{ type: "text", choice: 0, text: "word", tokens: 1 }];
    }
  }
  for await (const events of watchOutput(source(), { judge: refuse, windowCharacters: WINDOW })) {
    for (const event of events) if (event.type === "text") held -= event.text.length;
  }
  expect(held).toBe(0);
  expect(most).toBeLessThanOrEqual(2 * WINDOW + 8);
});

test("the arguments of calls are judged like words", async () => {
  async function* source(): AsyncGenerator<readonly TurnEvent[]> {
    const call = { name: "send", arguments: `{"text":"${FORBIDDEN}"}` };
    const toolCalls = [{ id: "abcdefghi", type: "function", index: 0, function: call }] as const;
    yield [{ type: "finished", choice: 0, reason: "tool_calls", completionTokens: 3, toolCalls }];
  }
  expect(await read(source())).toMatchObject({ isRefused: true, ended: false });
});
