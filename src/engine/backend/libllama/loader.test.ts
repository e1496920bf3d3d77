import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findLibrary } from "./loader.ts";

// Those of Linux as the packages of version 3.22.1 hold them, the others after the same scheme.
test.each([
  ["linux-x64", ["libggml-base.so", "libggml.v0.5.0.so", "libllama-common.so", "libllama.v0.5.0.so"]],
  ["linux-x64-cuda", ["libggml-base.so", "libggml-cuda.so", "libggml.cuda.v0.5.0.so", "libllama.cuda.v0.5.0.so"]],
  [
    "linux-x64-vulkan",
    ["libggml-base.so", "libggml-vulkan.so", "libggml.vulkan.v0.5.0.so", "libllama.vulkan.v0.5.0.so"],
  ],
  ["mac", ["libggml-base.dylib", "libggml-metal.dylib", "libggml.metal.v0.5.0.dylib", "libllama.metal.v0.5.0.dylib"]],
  ["win", ["ggml-base.dll", "ggml-cpu-haswell.dll", "ggml.v0.5.0.dll", "llama-common.dll", "llama.v0.5.0.dll"]],
])("the libraries of %s are found among their like", (_, files) => {
  const folder = mkdtempSync(join(tmpdir(), "tramontane-libraries-"));
  try {
    for (const file of files) writeFileSync(join(folder, file), "");
    const wanted = (stem: string) => files.find((file) => new RegExp(`^(lib)?${stem}\\.`).test(file));
    for (const stem of ["ggml-base", "ggml", "llama"]) expect(findLibrary(folder, stem)).toBe(wanted(stem));
    expect(() => findLibrary(folder, "gglm")).toThrow("No gglm library");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
