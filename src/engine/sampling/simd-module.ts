import type { WasmFunction } from "./wasm-assembler.ts";

/** `from` and `to` are byte addresses of float32 rows, whole blocks of 64 tokens; results follow `RowKernel`. */
export interface SimdExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  max(from: number, to: number): number;
  /** Byte address of the first float equal to `value`; `to` when there is none. */
  find(from: number, to: number, value: number): number;
  /** Writes the weights at `target`, returns their sum. */
  weigh(from: number, to: number, target: number, largest: number, scale: number): number;
  /** Writes byte offsets of the chosen weights to `tokens`, the weights to `weights`; returns the end of `tokens`. */
  gather(from: number, to: number, tokens: number, weights: number, cut: number): number;
  /** Byte address of the weight at which `target` is reached; when rounding leaves a rest: the end of that block, + 1. */
  pick(from: number, to: number, target: number): number;
  mask(from: number, to: number, words: number): void;
}

const SUM_OF_LANES = (lanes: string) => `
  local.get ${lanes} f32x4.extract_lane 0 local.get ${lanes} f32x4.extract_lane 1 f32.add
  local.get ${lanes} f32x4.extract_lane 2 local.get ${lanes} f32x4.extract_lane 3 f32.add
  f32.add`;
const ADVANCE = (pointer: string, bytes: number) =>
  `local.get ${pointer} i32.const ${bytes} i32.add local.set ${pointer}`;
const REPEAT_WHILE_BELOW = (pointer: string, end: string) => `local.get ${pointer} local.get ${end} i32.lt_u br_if 0`;

const max: WasmFunction = {
  name: "max",
  params: { from: "i32", to: "i32" },
  result: "f32",
  locals: { a: "v128", b: "v128" },
  body: `
    f32.const -Infinity f32x4.splat local.tee a local.set b
    loop
      local.get a local.get from v128.load 0 f32x4.pmax local.set a
      local.get b local.get from v128.load 16 f32x4.pmax local.set b
      ${ADVANCE("from", 32)}
      ${REPEAT_WHILE_BELOW("from", "to")}
    end
    local.get a local.get b f32x4.pmax local.set a
    local.get a local.get a f32x4.extract_lane 1 f32x4.splat f32x4.pmax
    local.get a f32x4.extract_lane 2 f32x4.splat f32x4.pmax
    local.get a f32x4.extract_lane 3 f32x4.splat f32x4.pmax
    f32x4.extract_lane 0`,
};

const find: WasmFunction = {
  name: "find",
  params: { from: "i32", to: "i32", value: "f32" },
  result: "i32",
  locals: { wanted: "v128", hit: "v128" },
  body: `
    local.get value f32x4.splat local.set wanted
    loop
      local.get from v128.load 0 local.get wanted f32x4.eq local.tee hit
      v128.any_true
      if
        local.get from local.get hit i32x4.bitmask i32.ctz i32.const 2 i32.shl i32.add return
      end
      ${ADVANCE("from", 16)}
      ${REPEAT_WHILE_BELOW("from", "to")}
    end
    local.get to`,
};

/** One step of Horner's rule on the lanes of `sum`. */
const HORNER = (coefficient: number) => `
  local.get sum local.get rest f32x4.mul f32.const ${coefficient} f32x4.splat f32x4.add local.set sum`;

const weigh: WasmFunction = {
  name: "weigh",
  params: { from: "i32", to: "i32", target: "i32", largest: "f32", scale: "f32" },
  result: "f32",
  locals: { x: "v128", k: "v128", rest: "v128", sum: "v128", total: "v128" },
  body: `
    loop
      local.get from v128.load 0 local.get largest f32x4.splat f32x4.sub
      local.get scale f32x4.splat f32x4.mul local.tee x
      f32.const 1.44269504 f32x4.splat f32x4.mul f32x4.nearest local.set k
      local.get x local.get k f32.const 0.69314718 f32x4.splat f32x4.mul f32x4.sub local.set rest
      f32.const 0.00833333 f32x4.splat local.set sum
      ${[0.04166667, 0.16666667, 0.5, 1, 1].map(HORNER).join("")}
      local.get sum local.get k i32x4.trunc_sat_f32x4_s i32.const 23 i32x4.shl i32x4.add
      local.get x f32.const -80 f32x4.splat f32x4.ge v128.and local.set sum
      local.get target local.get sum v128.store 0
      local.get total local.get sum f32x4.add local.set total
      ${ADVANCE("target", 16)}
      ${ADVANCE("from", 16)}
      ${REPEAT_WHILE_BELOW("from", "to")}
    end
    ${SUM_OF_LANES("total")}`,
};

const gather: WasmFunction = {
  name: "gather",
  params: { from: "i32", to: "i32", tokens: "i32", weights: "i32", cut: "f32" },
  result: "i32",
  locals: { start: "i32", four: "v128", hits: "i32", at: "i32" },
  body: `
    local.get from local.set start
    loop
      local.get from v128.load 0 local.tee four
      local.get cut f32x4.splat f32x4.ge
      local.get four f32.const 0 f32x4.splat f32x4.gt
      v128.and i32x4.bitmask local.tee hits
      if
        loop
          local.get from local.get hits i32.ctz i32.const 2 i32.shl i32.add local.set at
          local.get tokens local.get at local.get start i32.sub i32.store 0
          local.get weights local.get at f32.load 0 f32.store 0
          ${ADVANCE("tokens", 4)}
          ${ADVANCE("weights", 4)}
          local.get hits local.get hits i32.const 1 i32.sub i32.and local.tee hits
          br_if 0
        end
      end
      ${ADVANCE("from", 16)}
      ${REPEAT_WHILE_BELOW("from", "to")}
    end
    local.get tokens`,
};

const pick: WasmFunction = {
  name: "pick",
  params: { from: "i32", to: "i32", target: "f32" },
  result: "i32",
  locals: { block: "i32", lanes: "v128", sum: "f32" },
  body: `
    loop
      local.get from i32.const 256 i32.add local.set block
      v128.const 0 0 0 0 local.set lanes
      loop
        local.get lanes local.get from v128.load 0 f32x4.add local.set lanes
        ${ADVANCE("from", 16)}
        ${REPEAT_WHILE_BELOW("from", "block")}
      end
      ${SUM_OF_LANES("lanes")}
      local.set sum
      local.get target local.get sum f32.le
      if
        ${ADVANCE("from", -256)}
        loop
          local.get target local.get from f32.load 0 f32.sub local.tee target
          f32.const 0 f32.le
          local.get from f32.load 0 f32.const 0 f32.gt
          i32.and
          if local.get from return end
          ${ADVANCE("from", 4)}
          ${REPEAT_WHILE_BELOW("from", "block")}
        end
        local.get block i32.const 1 i32.add return
      end
      local.get target local.get sum f32.sub local.set target
      ${REPEAT_WHILE_BELOW("from", "to")}
    end
    local.get to i32.const 1 i32.add`,
};

const mask: WasmFunction = {
  name: "mask",
  params: { from: "i32", to: "i32", words: "i32" },
  locals: { word: "i32", left: "i32" },
  body: `
    loop
      local.get words i32.load 0 local.set word
      i32.const 8 local.set left
      loop
        local.get from
        f32.const -Infinity f32x4.splat
        local.get from v128.load 0
        local.get word i32x4.splat v128.const 1 2 4 8 v128.and v128.const 0 0 0 0 i32x4.eq
        v128.bitselect v128.store 0
        ${ADVANCE("from", 16)}
        local.get word i32.const 4 i32.shr_u local.set word
        local.get left i32.const 1 i32.sub local.tee left
        br_if 0
      end
      ${ADVANCE("words", 4)}
      ${REPEAT_WHILE_BELOW("from", "to")}
    end`,
};

export const SIMD_FUNCTIONS: readonly WasmFunction[] = [max, find, weigh, gather, pick, mask];
