import { spawn } from "node:child_process";
import type { Contestant } from "./contestant.ts";
import { streamChat } from "./sse-client.ts";
import type { Measured } from "./sse-client.ts";

/** One thing to measure. `better` says which direction wins. */
export interface Scenario {
  readonly name: string;
  readonly unit: "tok/s" | "ms" | "MB";
  readonly better: "higher" | "lower";
  /** Several figures of one run, by the suffix of their row. */
  readonly run: (contestant: Contestant, size: Size) => Promise<Readonly<Record<string, number>>>;
}

/** How much work a scenario asks for, scaled to the model. */
export interface Size {
  readonly decodeTokens: number;
  readonly prefixWords: number;
  readonly poissonSeconds: number;
  readonly poissonPerSecond: number;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Text that no cache has seen: about two tokens a word with a SentencePiece vocabulary. */
export function freshText(words: number, random: () => number = Math.random): string {
  const word = () => Array.from({ length: 4 }, () => LETTERS[Math.floor(random() * 26)]).join("");
  return Array.from({ length: words }, word).join(" ");
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

async function together(
  contestant: Contestant,
  prompts: readonly string[],
  maxTokens: number,
): Promise<{ answers: Measured[]; wallMs: number }> {
  const startedMs = performance.now();
  const answers = await Promise.all(prompts.map((prompt) => streamChat(contestant.endpoint, prompt, maxTokens)));
  return { answers, wallMs: performance.now() - startedMs };
}

function decodeWith(streams: number): Scenario {
  return {
    name: `decode, ${streams} stream${streams > 1 ? "s" : ""}`,
    unit: "tok/s",
    better: "higher",
    async run(contestant, size) {
      const prompts = Array.from({ length: streams }, () => freshText(8));
      const { answers, wallMs } = await together(contestant, prompts, size.decodeTokens);
      const tokens = answers.reduce((sum, answer) => sum + answer.completionTokens, 0);
      return { "": (tokens / wallMs) * 1000 };
    },
  };
}

const prefill: Scenario = {
  name: "prefill",
  unit: "tok/s",
  better: "higher",
  async run(contestant, size) {
    const answer = await streamChat(contestant.endpoint, freshText(size.prefixWords), 2);
    return { "": (answer.promptTokens / answer.ttftMs) * 1000 };
  },
};

const sharedPrefix: Scenario = {
  name: "TTFT, 8 requests sharing a prefix",
  unit: "ms",
  better: "lower",
  async run(contestant, size) {
    const burst = async (prefix: string) => {
      const prompts = Array.from({ length: 8 }, () => `${prefix} ${freshText(10)}`);
      return (await together(contestant, prompts, 4)).answers.map((answer) => answer.ttftMs);
    };
    const prefix = freshText(size.prefixWords);
    const cold = await burst(prefix);
    const warm = await burst(prefix);
    const other = freshText(size.prefixWords);
    await streamChat(contestant.endpoint, `${other} ${freshText(10)}`, 4);
    const seenOnce = await burst(other);
    return {
      ", cold mean": mean(cold),
      ", cold last": Math.max(...cold),
      ", all warm": mean(warm),
      ", seen once": mean(seenOnce),
    };
  },
};

const distinctContexts: Scenario = {
  name: "decode, 8 distinct long contexts",
  unit: "tok/s",
  better: "higher",
  async run(contestant, size) {
    const prompts = Array.from({ length: 8 }, () => freshText(size.prefixWords));
    const { answers } = await together(contestant, prompts, size.decodeTokens);
    // All eight decode side by side from the moment the last prompt is in.
    const slowest =
      Math.max(...answers.map((answer) => answer.totalMs)) - Math.max(...answers.map((answer) => answer.ttftMs));
    const tokensThen = answers.reduce((sum, answer) => {
      const share = answer.decodeMs > 0 ? Math.min(1, slowest / answer.decodeMs) : 1;
      return sum + answer.completionTokens * share;
    }, 0);
    return { "": (tokensThen / slowest) * 1000 };
  },
};

const mixedLoad: Scenario = {
  name: "mixed Poisson load",
  unit: "ms",
  better: "lower",
  async run(contestant, size) {
    const running: Promise<Measured>[] = [];
    const untilMs = performance.now() + size.poissonSeconds * 1000;
    while (performance.now() < untilMs) {
      const long = Math.random() < 0.2;
      const prompt = freshText(long ? size.prefixWords / 2 : 20);
      running.push(streamChat(contestant.endpoint, prompt, Math.ceil(size.decodeTokens / (long ? 8 : 4))));
      const pauseMs = (-Math.log(1 - Math.random()) / size.poissonPerSecond) * 1000;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    const ttfts = (await Promise.all(running)).map((answer) => answer.ttftMs);
    return { ", TTFT p50": percentile(ttfts, 0.5), ", TTFT p95": percentile(ttfts, 0.95) };
  },
};

const busyNeighbours: Scenario = {
  name: "decode, 1 stream beside 2 busy processes",
  unit: "tok/s",
  better: "higher",
  async run(contestant, size) {
    const neighbours = [1, 2].map(() => spawn(process.execPath, ["-e", "for(;;){}"]));
    try {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const answer = await streamChat(contestant.endpoint, freshText(8), Math.ceil(size.decodeTokens / 2));
      return { "": (answer.completionTokens / answer.totalMs) * 1000 };
    } finally {
      for (const neighbour of neighbours) neighbour.kill("SIGKILL");
    }
  },
};

/** Runs last: the peak over everything before it. */
const memory: Scenario = {
  name: "peak memory",
  unit: "MB",
  better: "lower",
  run: async (contestant) => ({ "": contestant.peakBytes() / 1e6 }),
};

export const SCENARIOS: readonly Scenario[] = [
  decodeWith(1),
  decodeWith(4),
  decodeWith(8),
  decodeWith(16),
  prefill,
  sharedPrefix,
  distinctContexts,
  mixedLoad,
  busyNeighbours,
  memory,
];
