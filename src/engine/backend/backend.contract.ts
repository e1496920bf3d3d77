import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BatchBuilder } from "../batch.ts";
import type { Backend, DecodeResult } from "./backend.ts";

export interface BackendContractParts {
  /** Opens a fresh backend with at least 4 sequences and a window of at least 64 tokens. */
  readonly open: () => Backend | Promise<Backend>;
  /** Largest difference between two logits that should be equal; 0 for exact arithmetic. */
  readonly tolerance: number;
  /** Why the suite cannot run here; undefined when it can. */
  readonly skip?: string | undefined;
}

const TEXT = "The river keeps its old road down to the sea, and the road keeps the river.";

/** What every backend promises the scheduler. Each implementation runs this suite in a test file of its own. */
export function describeBackendContract(name: string, parts: BackendContractParts): void {
  describe.skipIf(parts.skip !== undefined)(
    `${name}${parts.skip === undefined ? "" : ` (skipped: ${parts.skip})`}`,
    () => {
      let backend: Backend;
      let prompt: Int32Array;

      beforeAll(async () => {
        backend = await parts.open();
        prompt = backend.vocabulary.tokenize(TEXT, { dummySpace: false }).slice(0, 32);
      });
      afterAll(() => backend[Symbol.dispose]());

      /** Runs tokens at the end of a sequence that holds `from`; logits of the last one. */
      function run(sequence: number, tokens: Int32Array, from = 0): Float32Array {
        const builder = new BatchBuilder(backend.limits.batchTokens);
        tokens.forEach((token, index) =>
          builder.add({ sequence, position: from + index, token, wantsLogits: index === tokens.length - 1 }),
        );
        expect(backend.decode(builder.batch)).toBe("ok");
        return backend.logits(0).slice();
      }
      /** Runs `body`, then empties every sequence again. */
      function withCleanCache(body: () => void): () => void {
        return () => {
          try {
            body();
          } finally {
            for (let sequence = 0; sequence < backend.limits.sequences; sequence++) backend.trimSequence(sequence, 0);
          }
        };
      }
      function expectEqual(actual: Float32Array, wanted: Float32Array): void {
        let worst = actual.length === wanted.length ? 0 : Infinity;
        actual.forEach((value, token) => (worst = Math.max(worst, Math.abs(value - wanted[token]!))));
        expect(worst).toBeLessThanOrEqual(parts.tolerance);
      }

      test(
        "a row that wants logits gets one finite number per token of the vocabulary",
        withCleanCache(() => {
          const logits = run(0, prompt);
          expect(logits).toHaveLength(backend.vocabulary.size);
          expect(logits.every(Number.isFinite)).toBe(true);
          expect(new Set(logits).size).toBeGreaterThan(1);
        }),
      );

      test(
        "tokens in two passes give what they give in one",
        withCleanCache(() => {
          const whole = run(0, prompt);
          run(1, prompt.subarray(0, 7));
          expectEqual(run(1, prompt.subarray(7), 7), whole);
        }),
      );

      test(
        "a fork continues like the sequence it came from, and does not disturb it",
        withCleanCache(() => {
          const whole = run(0, prompt);
          backend.trimSequence(0, prompt.length - 1);
          backend.forkSequence(0, 1, prompt.length - 5);
          run(1, prompt.subarray(0, 3), prompt.length - 5);
          expectEqual(run(0, prompt.subarray(-1), prompt.length - 1), whole);
          backend.trimSequence(1, prompt.length - 5);
          backend.trimSequence(0, 0);
          expectEqual(run(1, prompt.subarray(-5), prompt.length - 5), whole);
        }),
      );

      test(
        "trimmed positions are forgotten",
        withCleanCache(() => {
          const whole = run(0, prompt);
          run(0, prompt.subarray(0, 4), prompt.length);
          backend.trimSequence(0, prompt.length - 2);
          expectEqual(run(0, prompt.subarray(-2), prompt.length - 2), whole);
        }),
      );

      test(
        "a saved state continues in another sequence; one that is not a state is refused",
        withCleanCache(() => {
          const whole = run(0, prompt);
          backend.trimSequence(0, prompt.length - 1);
          const state = backend.saveSequence(0);
          backend.trimSequence(0, 0);
          expect(backend.restoreSequence(2, state)).toBe(true);
          expectEqual(run(2, prompt.subarray(-1), prompt.length - 1), whole);
          expect(backend.restoreSequence(3, state.slice(0, 5))).toBe(false);
          expectEqual(run(3, prompt), whole);
        }),
      );

      test(
        "sequences in one batch do not see each other",
        withCleanCache(() => {
          const alone = [prompt, prompt.toReversed()].map((tokens) => {
            const logits = run(0, tokens);
            backend.trimSequence(0, 0);
            return logits;
          });
          const builder = new BatchBuilder(backend.limits.batchTokens);
          [prompt, prompt.toReversed()].forEach((tokens, sequence) =>
            tokens.forEach((token, position) =>
              builder.add({ sequence, position, token, wantsLogits: position === tokens.length - 1 }),
            ),
          );
          expect(backend.decode(builder.batch)).toBe("ok");
          expectEqual(backend.logits(0), alone[0]!);
          expectEqual(backend.logits(1), alone[1]!);
        }),
      );

      test(
        "a batch that breaks the precondition throws and changes nothing",
        withCleanCache(() => {
          const whole = run(0, prompt);
          backend.trimSequence(0, prompt.length - 1);
          const good = { sequence: 0, position: prompt.length - 1, token: prompt[0]!, wantsLogits: true };
          const broken = [
            { ...good, token: backend.vocabulary.size },
            { ...good, token: -1 },
            { ...good, sequence: backend.limits.sequences },
            { ...good, position: prompt.length },
            { ...good, position: prompt.length - 2 },
          ];
          for (const row of broken) {
            const builder = new BatchBuilder(1);
            builder.add(row);
            expect(() => backend.decode(builder.batch)).toThrow();
          }
          expect(() => backend.decode(new BatchBuilder(1).batch)).toThrow();
          expectEqual(run(0, prompt.subarray(-1), prompt.length - 1), whole);
        }),
      );

      test(
        "a full cache is an answer, not an accident: what was there goes on",
        withCleanCache(() => {
          const { limits } = backend;
          const whole = run(0, prompt);
          backend.trimSequence(0, prompt.length - 1);
          let result: DecodeResult = "ok";
          let used = prompt.length - 1;
          for (let sequence = 1; sequence < limits.sequences && result === "ok"; sequence++) {
            for (let from = 0; from < limits.contextTokens && result === "ok"; from += limits.batchTokens) {
              const rows = Math.min(limits.batchTokens, limits.contextTokens - from);
              const builder = new BatchBuilder(rows);
              for (let row = 0; row < rows; row++) {
                builder.add({
                  sequence,
                  position: from + row,
                  token: prompt[row % prompt.length]!,
                  wantsLogits: false,
                });
              }
              result = backend.decode(builder.batch);
              if (result === "ok") used += rows;
            }
          }
          expect(used).toBeLessThanOrEqual(limits.cells);
          if (result !== "ok") {
            expect(result).toBe("cache_full");
            for (let sequence = 1; sequence < limits.sequences; sequence++) backend.trimSequence(sequence, 0);
          }
          expectEqual(run(0, prompt.subarray(-1), prompt.length - 1), whole);
        }),
        120_000,
      );

      test("texts become tokens whose bytes are the text, control strings included", () => {
        const { vocabulary } = backend;
        const controls = Array.from(
          { length: vocabulary.size },
          (_, token) => vocabulary.controlText(token) ?? [],
        ).flat();
        for (const text of ["plain", "été, 漢字 🚀", `a${controls.join("b")}c`]) {
          const tokens = [...vocabulary.tokenize(text, { dummySpace: false })];
          const bytes = tokens.flatMap((token) => [...vocabulary.tokenBytes(token)]);
          expect(new TextDecoder().decode(Uint8Array.from(bytes)).replace(/^ /, "")).toBe(text);
          expect(tokens.filter((token) => vocabulary.controlText(token) !== undefined)).toEqual([]);
        }
      });

      test("control tokens have a name, and only one token has it", () => {
        const { vocabulary } = backend;
        for (let token = 0; token < vocabulary.size; token++) {
          const text = vocabulary.controlText(token);
          if (text === undefined) continue;
          expect(vocabulary.controlToken(text)).toBe(token);
          expect(vocabulary.tokenBytes(token)).toHaveLength(0);
        }
        expect(vocabulary.isEndOfGeneration(vocabulary.endOfSequence ?? -1)).toBe(true);
      });

      test("embeddings are unit vectors, one per input, whatever runs beside them", () => {
        const inputs = [prompt, prompt.toReversed(), prompt.subarray(0, 1)];
        const together = backend.embed(inputs);
        expect(together).toHaveLength(inputs.length);
        for (const [index, vector] of together.entries()) {
          expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
          expectEqual(backend.embed([inputs[index]!])[0]!, vector);
        }
      });
    },
  );
}
