import { silentLogger } from "#base";
import { createEngine, PLAIN } from "#engine";
import type { EngineModel, PromptPart } from "#engine";
import { render } from "../recipe/src/render.ts";
import type { Sample } from "../recipe/src/sample.ts";
import { parseAnswer } from "./parse-answer.ts";
import type { Answer } from "./scorers.ts";

/** The sample's conversation as the engine takes it. */
const promptOf = (sample: Sample): PromptPart[] =>
  render(sample, false).map((part) =>
    "control" in part ? { kind: "control", text: part.control } : { kind: "text", text: part.text },
  );

/** Asks a loaded model without a server: greedy, nothing enforced. Gives what it wrote, control tokens included. */
export async function askEngine(model: EngineModel, sample: Sample): Promise<string> {
  const events = model.generate(
    {
      ...PLAIN,
      prompt: promptOf(sample),
      maxTokens: 256,
      caller: "eval",
    },
    new AbortController().signal,
  );
  let text = "";
  for await (const event of events) if (event.type === "text" || event.type === "control") text += event.text;
  return text;
}

/** `contextTokens`: more than the file names, to see what becomes of long texts. */
export async function withModelFile<T>(
  { path, contextTokens }: { path: string; contextTokens?: number | undefined },
  use: (model: EngineModel) => Promise<T>,
): Promise<T> {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const engine = createEngine({ logger: silentLogger, clock });
  try {
    return await use(
      await engine.load({
        name: "evaluated",
        source: { kind: "gguf", path },
        ...(contextTokens ? { contextTokens } : {}),
      }),
    );
  } finally {
    await engine.close();
  }
}

export const answerOf = async (model: EngineModel, sample: Sample): Promise<Answer> =>
  parseAnswer(await askEngine(model, sample));
