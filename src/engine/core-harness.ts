import { ToyBackend } from "./backend/toy/toy-backend.ts";
import type { Backend, BackendLimits } from "./backend/backend.ts";
import type { CoreOptions, CoreOutput, CoreRequest } from "./core.ts";
import { EngineCore } from "./engine-core.ts";
import { PLAIN, type GenerationEvent } from "./generation.ts";
import { PlainKernel } from "./sampling/plain-kernel.ts";

/** A core over a backend, for tests: checks integrity after every step and keeps all outputs. */
export class CoreHarness<B extends Backend = ToyBackend> {
  readonly backend: B;
  readonly core: EngineCore;
  readonly outputs: CoreOutput[] = [];
  nowMs = 0;

  constructor(limits: Partial<BackendLimits> = {}, options: Partial<CoreOptions> = {}, backend?: B) {
    this.backend = backend ?? (new ToyBackend(limits) as Backend as B);
    const clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs };
    // The plain kernel gives the same bits, and thousands of short-lived cores need no module compiled each.
    const kernel = new PlainKernel(this.backend.vocabulary.size);
    this.core = new EngineCore({ backend: this.backend, clock, options, kernel });
  }

  /** A user turn in Mistral's format. */
  turn(text: string): Int32Array {
    const { vocabulary } = this.backend;
    const [begin, open, close] = ["<s>", "[INST]", "[/INST]"].map((name) => vocabulary.controlToken(name)!);
    return Int32Array.of(begin!, open!, ...vocabulary.tokenize(text, { dummySpace: false }), close!);
  }

  submit(id: number, prompt: string | Int32Array, changes: Partial<CoreRequest> = {}): void {
    this.core.submit(id, {
      ...PLAIN,
      prompt: typeof prompt === "string" ? this.turn(prompt) : prompt,
      maxTokens: undefined,
      caller: "caller",
      ...changes,
    });
  }

  step(): void {
    this.outputs.push(...this.core.step());
    this.core.checkIntegrity();
  }

  /** Steps until nothing is left to do; `between` runs before each. */
  drain(between?: () => void): void {
    while (this.core.hasWork()) {
      between?.();
      this.step();
    }
  }

  events(id: number, choice = 0): GenerationEvent[] {
    return this.outputs.flatMap((output) => {
      if (output.id !== id || !("event" in output)) return [];
      return "choice" in output.event && output.event.choice !== choice ? [] : [output.event];
    });
  }

  text(id: number, choice = 0): string {
    return this.events(id, choice)
      .map((event) => (event.type === "text" ? event.text : ""))
      .join("");
  }

  finish(id: number, choice = 0): Extract<GenerationEvent, { type: "finished" }> | undefined {
    return this.events(id, choice).find((event) => event.type === "finished");
  }

  error(id: number): string | undefined {
    const failed = this.outputs.find((output) => output.id === id && "error" in output);
    return failed !== undefined && "error" in failed ? failed.error.code : undefined;
  }
}
