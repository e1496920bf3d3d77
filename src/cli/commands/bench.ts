import { TramontaneError } from "#base";
import type { Command, CommandContext } from "../command.ts";
import { reachServer } from "../reach-server.ts";
import { streamChat } from "../terminal/api-client.ts";
import type { ChatTurn, ServerAddress } from "../terminal/api-client.ts";

export const bench: Command = {
  name: "bench",
  summary: "Measure a served model: speed alone and side by side, time to first token.",
  operands: "[MODEL]",
  options: {
    streams: { summary: "How many conversations at once (default: 1, 4, 8).", placeholder: "COUNT" },
    tokens: { summary: "Tokens per answer (default: 128).", placeholder: "COUNT" },
    rounds: { summary: "Rounds; medians are shown (default: 3).", placeholder: "COUNT" },
  },
  examples: [
    { line: "tramontane bench", does: "The default model, 1, 4 and 8 streams" },
    { line: "tramontane bench open-mistral-7b --streams 2", does: "One load of another model" },
  ],
  async run(context) {
    const server = await reachServer(context);
    try {
      await measure(context, server.address);
      return 0;
    } finally {
      await server.release();
    }
  },
};

async function measure(context: CommandContext, address: ServerAddress): Promise<void> {
  const model = context.positionals[0] ?? context.config.defaultModel;
  const tokens = count(context, "tokens", 128);
  const rounds = count(context, "rounds", 3);
  const loads = context.options["streams"] === undefined ? [1, 4, 8] : [count(context, "streams", 1)];
  context.out(`${model} at ${address.url}: ${rounds} rounds, answers of up to ${tokens} tokens`);
  context.out("streams     tok/s in all   tok/s per stream   first token");
  for (const streams of loads) {
    const runs: { total: number; each: number; ttftMs: number }[] = [];
    for (let round = 0; round < rounds && !context.stop.aborted; round++) {
      const startedMs = performance.now();
      const turns = await Promise.all(
        Array.from({ length: streams }, (_, index) =>
          turn(context, address, { model, tokens, index: round * 64 + index }),
        ),
      );
      const wallSeconds = (performance.now() - startedMs) / 1000;
      const generated = turns.reduce((sum, one) => sum + one.completionTokens, 0);
      runs.push({
        total: generated / wallSeconds,
        each: generated / streams / wallSeconds,
        ttftMs: median(turns.map((one) => one.ttftMs)),
      });
    }
    const cell = (pick: (run: (typeof runs)[number]) => number): string => median(runs.map(pick)).toFixed(0);
    context.out(
      `${String(streams).padStart(7)}   ${cell((run) => run.total).padStart(12)}   ${cell((run) => run.each).padStart(16)}   ${cell((run) => run.ttftMs).padStart(8)} ms`,
    );
  }
}

/** Every prompt differs from its first word on, so that no cache flatters the figures. */
function turn(
  context: CommandContext,
  address: ServerAddress,
  ask: { model: string; tokens: number; index: number },
): Promise<ChatTurn> {
  const content = `${ask.index + 1}. Count from ${ask.index + 1} upwards, one number per line, and do not stop.`;
  const request = { model: ask.model, messages: [{ role: "user" as const, content }], maxTokens: ask.tokens };
  return streamChat(address, request, () => {}, context.stop);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function count(context: CommandContext, name: string, fallback: number): number {
  const text = context.options[name];
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new TramontaneError("config_invalid", `--${name} must be a whole number from 1`, { field: name });
  return value;
}
