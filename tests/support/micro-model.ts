import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { writeRandomModel } from "../../scripts/make-random-model.ts";
import { findBinaryPackage, thisMachine } from "../../src/engine/backend/libllama/binary-package.ts";
import { loadLibllama, silenceNativeLog } from "../../src/engine/backend/libllama/loader.ts";

/** The library and a tiny model of random weights, for the tests of one file; at their end no native handle may be left. */
export function useMicroModel() {
  const folder = mkdtempSync(join(tmpdir(), "tramontane-core-"));
  const path = join(folder, "micro.gguf");
  const libllama = loadLibllama(findBinaryPackage(thisMachine()).folder);
  beforeAll(() => {
    silenceNativeLog(libllama);
    writeRandomModel({ path, shape: "micro", type: "q8_0" });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
    expect(libllama.handles.count).toBe(0);
  });
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  return { libllama, path, clock };
}

/** Tokens of no meaning; another `salt` gives another prompt. */
export function promptOf(length: number, salt: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length }, (_, index) => 260 + ((index * 7919 + salt * 104729) % 200));
}
