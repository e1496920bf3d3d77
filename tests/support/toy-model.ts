import { AsyncQueue } from "#base";
import type { EngineModel, GenerationEvent, GenerationRequest, PromptPart } from "#engine";
import { EngineCore } from "../../src/engine/engine-core.ts";
import { ToyBackend } from "../../src/engine/backend/toy/toy-backend.ts";

export interface ToyModelOptions {
  readonly name: string;
  readonly contextTokens?: number;
  /** Pause between steps, so that a test can leave a stream in its middle. */
  readonly stepMs?: number;
}

/** The toy backend behind the engine's door, in this process. */
export function createToyModel({ name, contextTokens = 32_768, stepMs = 0 }: ToyModelOptions): EngineModel {
  const backend = new ToyBackend({ contextTokens, cells: 2 * contextTokens });
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const core = new EngineCore({ backend, clock });
  const queues = new Map<number, AsyncQueue<GenerationEvent>>();
  let nextId = 1;
  let isRunning = false;

  const { vocabulary } = backend;
  const tokenize = (parts: readonly PromptPart[]): Int32Array =>
    Int32Array.from([
      vocabulary.beginOfSequence,
      ...parts.flatMap((part) =>
        part.kind === "control" ? [vocabulary.controlToken(part.text)!] : [...vocabulary.tokenize(part.text)],
      ),
    ]);

  const run = (): void => {
    if (isRunning || !core.hasWork()) return;
    isRunning = true;
    const again = (): void => {
      for (const output of core.step()) {
        const queue = queues.get(output.id);
        if ("error" in output) queue?.fail(output.error);
        else queue?.push(output.event);
      }
      isRunning = core.hasWork();
      if (isRunning) schedule(again);
    };
    schedule(again);
  };
  const schedule = (next: () => void): void => void (stepMs > 0 ? setTimeout(next, stepMs) : setImmediate(next));

  async function* generate(request: GenerationRequest, signal: AbortSignal): AsyncGenerator<GenerationEvent> {
    const id = nextId++;
    const queue = new AsyncQueue<GenerationEvent>();
    queues.set(id, queue);
    const cancel = (): void => queue.fail(signal.reason);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      core.submit(id, { ...request, prompt: tokenize(request.prompt) });
      run();
      let open = request.choices;
      for await (const event of queue) {
        yield event;
        if (event.type === "finished") open -= 1;
        if (open === 0) return;
      }
    } finally {
      signal.removeEventListener("abort", cancel);
      core.cancel(id);
      queues.delete(id);
    }
  }

  const controlTokens = Array.from({ length: vocabulary.size }, (_, token) => vocabulary.controlText(token)).filter(
    (text): text is string => text !== undefined,
  );
  return {
    info: {
      name,
      architecture: "toy",
      parameters: 0,
      sizeBytes: 0,
      vocabularySize: vocabulary.size,
      embeddingLength: backend.embeddingLength,
      contextTokens,
      trainedContextTokens: contextTokens,
      chatTemplate: undefined,
      controlTokens,
      beginOfSequence: "<s>",
      endOfSequence: "</s>",
      addsBeginOfSequence: true,
      metadata: {},
      device: "toy",
    },
    status: () => ({ state: "ready", residentBytes: 0, restarts: 0, ...core.status() }),
    tokenize: async (prompt) => tokenize(prompt),
    detokenize: async (tokens) => Buffer.concat([...tokens].map((token) => vocabulary.tokenBytes(token))).toString(),
    generate,
    async embed(inputs) {
      const tokens = inputs.map((input) => tokenize(input));
      const promptTokens = tokens.reduce((total, { length }) => total + length, 0);
      return { vectors: backend.embed(tokens), promptTokens };
    },
    async unload() {},
  };
}
