import { describe, expect, it } from "vitest";
import type { CoreOutput } from "../core.ts";
import { Outbox } from "./outbox.ts";

function text(id: number, said: string, choice = 0): CoreOutput {
  return { id, event: { type: "text", choice, text: said, tokens: 1 } };
}

function setUp() {
  let now = 0;
  const messages: (readonly CoreOutput[])[] = [];
  const clock = { nowMs: () => now, monotonicMs: () => now };
  const outbox = new Outbox({ clock, send: (outputs) => messages.push(outputs) });
  const step = (elapsedMs: number, ...outputs: CoreOutput[]) => {
    now += elapsedMs;
    outbox.add(outputs);
  };
  return { outbox, messages, step };
}

describe("the outbox", () => {
  it("sends every step of a model whose steps are longer than its patience", () => {
    const { messages, step } = setUp();
    step(50, text(1, "a"));
    step(50, text(1, "b"));
    expect(messages).toEqual([[text(1, "a")], [text(1, "b")]]);
  });

  it("joins the text of quick steps, per request and choice", () => {
    const { messages, step } = setUp();
    step(1, text(1, "a"));
    step(1, text(1, "b"), text(2, "x"), text(1, "B", 1));
    step(1, text(2, "y"), text(1, "C", 1));
    step(8, text(2, "z"));
    const joined = (id: number, said: string, tokens: number, choice = 0) => ({
      id,
      event: { type: "text", choice, text: said, tokens },
    });
    expect(messages).toEqual([[text(1, "a")], [joined(1, "b", 1), joined(2, "xyz", 3), joined(1, "BC", 2, 1)]]);
  });

  it("keeps the order of what one request says, and lets nothing but text wait", () => {
    const { messages, step } = setUp();
    step(1, text(1, "a"));
    step(1, text(1, "b"));
    const control: CoreOutput = { id: 1, event: { type: "control", choice: 0, text: "[TOOL_CALLS]" } };
    step(1, control, text(1, "c"));
    expect(messages).toEqual([[text(1, "a")], [text(1, "b"), control, text(1, "c")]]);
  });

  it("lets the first text after a beginning go at once", () => {
    const { messages, step } = setUp();
    const started: CoreOutput = { id: 1, event: { type: "started", promptTokens: 3, cachedTokens: 0 } };
    step(1, started);
    step(1, text(1, "a"));
    step(1, text(1, "b"));
    expect(messages).toEqual([[started], [text(1, "a")]]);
  });

  it("is more patient with text that nobody reads before it is whole, until somebody waits for something", () => {
    const { messages, step } = setUp();
    const whole = (said: string, tokens = 1): CoreOutput => ({
      id: 1,
      event: { type: "text", choice: 0, text: said, tokens },
      canWait: true,
    });
    step(1, whole("a"));
    step(60, whole("b"));
    step(40, whole("c"));
    step(20, whole("d"));
    step(1, text(2, "x"));
    expect(messages).toMatchObject([
      [{ event: { text: "a" } }],
      [{ event: { text: "bc", tokens: 2 } }],
      [{ event: { text: "d" } }, { event: { text: "x" } }],
    ]);
  });

  it("joins log probabilities in the order of the tokens", () => {
    const { messages, step, outbox } = setUp();
    const probable = (said: string, token: number): CoreOutput => {
      const logprobs = [{ token, bytes: new Uint8Array(), logprob: -1, top: [] }];
      return { id: 1, event: { type: "text", choice: 0, text: said, tokens: 1, logprobs } };
    };
    step(1, text(2, "first"));
    step(1, probable("a", 7));
    step(1, probable("b", 8));
    outbox.flush();
    expect(messages[1]).toMatchObject([{ event: { text: "ab", tokens: 2, logprobs: [{ token: 7 }, { token: 8 }] } }]);
  });

  it("holds nothing after a flush, and says nothing when it holds nothing", () => {
    const { messages, step, outbox } = setUp();
    step(1, text(1, "a"));
    step(1, text(1, "b"));
    outbox.flush();
    outbox.flush();
    step(1);
    expect(messages).toHaveLength(2);
  });
});
