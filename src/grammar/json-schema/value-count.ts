import type { NumberTerm } from "../number/number-language.ts";
import { shortestMember } from "../regex/member.ts";
import { Kind } from "./formula.ts";
import type { SchemaType } from "./schema-type.ts";
import type { SchemaTypes } from "./schema-types.ts";

const MANY = 64;
const MAX_DEPTH = 4;

/** Whether a type surely has `wanted` different values; beyond a few dozen, whether it is surely not that small. */
export function hasAtLeast(type: SchemaType, wanted: number, types: SchemaTypes): boolean {
  return countValues(type, { enough: Math.min(wanted, MANY), types, depth: 0 }) >= Math.min(wanted, MANY);
}

/** A lower bound of the number of values, exact for finite types of scalars; it stops counting at `enough`. */
function countValues(type: SchemaType, ask: { enough: number; types: SchemaTypes; depth: number }): number {
  const { enough, types } = ask;
  let count = 0;
  const literals = types.scalars.literals(type.formula);
  for (const bit of [Kind.NULL, Kind.FALSE, Kind.TRUE]) if (literals & bit) count++;
  for (const choice of types.scalars.numbers(type.formula)) {
    count += "texts" in choice ? choice.texts.length : countNumbers(choice.term);
  }
  const { regex } = types.formulas;
  let text = types.scalars.text(type.formula);
  for (let word = shortestMember(text); word !== undefined && count < enough; word = shortestMember(text)) {
    count++;
    text = regex.and([text, regex.not(regex.literal(word))]);
  }
  return count >= enough ? count : count + countContainers(type, ask);
}

/** Containers differ when one of their parts does. */
function countContainers(type: SchemaType, ask: { enough: number; types: SchemaTypes; depth: number }): number {
  const inner = { ...ask, depth: ask.depth + 1 };
  let most = 0;
  if (inner.depth > MAX_DEPTH) return 1;
  for (const array of type.arrays()) {
    most = Math.max(most, 1, ...array.items().map((entry) => countValues(ask.types.of(entry.type.formula), inner)));
  }
  for (const object of type.objects()) {
    if (object.otherKeys() !== undefined) return ask.enough;
    const slots = object.shape.slots.map((_, slot) => slot).filter((slot) => object.named(slot).length > 0);
    most = Math.max(most, 1, ...slots.map((slot) => countValues(object.shape.slotType(slot), inner)));
  }
  return most;
}

function countNumbers(term: NumberTerm): number {
  const step =
    term.divisors.find(({ negated }) => !negated)?.of ?? (term.integral ? { digits: 1n, scale: 0 } : undefined);
  if (step === undefined) return MANY;
  let count = 0;
  for (const { from, to } of term.set) {
    if (from === undefined || to === undefined) return MANY;
    const width = Number(to.value.digits) / 10 ** to.value.scale - Number(from.value.digits) / 10 ** from.value.scale;
    count += Math.max(
      0,
      Math.floor(width / (Number(step.digits) / 10 ** step.scale)) + (from.after || !to.after ? -1 : 1),
    );
  }
  return count;
}
