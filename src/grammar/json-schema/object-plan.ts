import { shortestMember } from "../regex/member.ts";
import type { Progress } from "./object-progress.ts";
import { quotedBytes } from "./key-tree.ts";
import type { ObjectShape } from "./object-shape.ts";
import type { SeenKeys } from "./seen-keys.ts";

/**
 * Bytes to the closing brace, each further property counted with a comma; Infinity when the object cannot be completed.
 * The plan: meet each obligation in the cheapest way, fill the required slots, then as many of the cheapest other
 * properties as the least size asks for. `unseen`: other keys that stand already but are missing in `at.seen`.
 */
export function closingBytes(shape: ObjectShape, at: Progress, unseen = 0): number {
  if (at.pending === 0) return withoutObligations(shape, at, unseen);
  const separators = 2 * shape.types.separatorBytes;
  const index = 31 - Math.clz32(at.pending & -at.pending);
  const { slots, keys: wanted, formula } = shape.obligations[index]!;
  const pending = at.pending & (at.pending - 1);
  let least = Infinity;
  for (let slot = 0; slot < shape.slots.length; slot++) {
    const bit = 1n << BigInt(slot);
    if ((at.open & slots & bit) === 0n) continue;
    const entry = shape.slots[slot]!.keyBytes + separators + shape.slotType(slot, formula).minBytes();
    if (entry < least)
      least = Math.min(
        least,
        entry + closingBytes(shape, { ...at, pending, open: at.open & ~bit, count: at.count + 1 }, unseen),
      );
  }
  const { formulas } = shape.types;
  for (const region of shape.regions()) {
    const seen = formulas.regex.words(at.seen.names);
    const keys = formulas.regex.and([region.keys.node(), wanted.node(), formulas.regex.not(seen)]);
    if (formulas.regex.isEmpty(keys)) continue;
    const entry =
      2 + keys.bytesToAccept() + separators + shape.types.of(formulas.and([region.formula, formula])).minBytes();
    if (entry < least)
      least = Math.min(least, entry + closingBytes(shape, { ...at, pending, count: at.count + 1 }, unseen + 1));
  }
  return least;
}

function withoutObligations(shape: ObjectShape, at: Progress, unseen: number): number {
  const separators = 2 * shape.types.separatorBytes;
  let bytes = 1;
  let count = at.count;
  const spare: number[] = [];
  for (let slot = 0; slot < shape.slots.length; slot++) {
    const bit = 1n << BigInt(slot);
    if ((at.open & bit) === 0n) continue;
    const isRequired = (shape.required & bit) !== 0n;
    if (!isRequired && shape.min === 0) continue;
    const entry = shape.slots[slot]!.keyBytes + separators + shape.slotType(slot).minBytes();
    if (!isRequired) spare.push(entry);
    else {
      bytes += entry;
      count++;
    }
  }
  const missing = shape.min - count;
  if (missing > 0) {
    const cheapest = [...spare, ...otherEntries(shape, at.seen, { wanted: missing, unseen })]
      .toSorted((a, b) => a - b)
      .slice(0, missing);
    if (cheapest.length < missing) return Infinity;
    for (const entry of cheapest) bytes += entry;
    count += missing;
  }
  return count > shape.max ? Infinity : bytes;
}

/**
 * Bytes of up to `wanted` further properties with other keys. Each counts as the longest of them, since any of the
 * shortest keys may have been used up by then.
 */
function otherEntries(shape: ObjectShape, seen: SeenKeys, need: { wanted: number; unseen: number }): number[] {
  const { regex } = shape.types.formulas;
  const separators = 2 * shape.types.separatorBytes;
  const value = Math.max(0, ...shape.regions().map(({ formula }) => shape.types.of(formula).minBytes()));
  const words: number[] = [];
  let taken = regex.words(seen.names);
  while (words.length < need.wanted + need.unseen) {
    const word = shortestMember(regex.and([shape.others(), regex.not(taken)]));
    if (word === undefined) break;
    words.push(quotedBytes(word));
    taken = regex.or([taken, regex.literal(word)]);
  }
  const count = Math.max(0, words.length - need.unseen);
  return Array.from({ length: count }, () => Math.max(...words) + separators + value);
}
