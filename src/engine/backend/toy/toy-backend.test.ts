import { expect, test } from "vitest";
import { describeBackendContract } from "../backend.contract.ts";
import { ToyBackend } from "./toy-backend.ts";

const SMALL = { cells: 256, sequences: 8, batchTokens: 48, contextTokens: 64 };

describeBackendContract("toy, shared cells", { open: () => new ToyBackend(SMALL), tolerance: 0 });
describeBackendContract("toy, separate cells", {
  open: () => new ToyBackend({ ...SMALL, layout: "separate", cells: 8 * 64 }),
  tolerance: 0,
});

test("adapters change what the model computes", () => {
  const backend = new ToyBackend();
  const batch = {
    length: 1,
    tokens: Int32Array.of(40),
    positions: Int32Array.of(0),
    sequences: Int32Array.of(0),
    wantsLogits: Uint8Array.of(1),
  };
  const rows = [undefined, "formal", undefined].map((adapter) => {
    backend.useAdapter(adapter);
    backend.decode(batch);
    const logits = backend.logits(0);
    backend.trimSequence(0, 0);
    return logits;
  });
  expect(rows[1]).not.toEqual(rows[0]);
  expect(rows[2]).toEqual(rows[0]);
  expect(backend.usedCells).toBe(0);
});
