import type { WorkMeter } from "../work-meter.ts";
import type { RegexNode } from "./node.ts";

/** Plain characters of every kind that patterns tell apart, the ones first that most of them refuse. */
const SAMPLE = [0x23, 0x20, 0xe9, 0x7e, 0x4e00, 0x51, 0x65, 0x37];
/** States that are looked at before it is given up, and steps of work. */
const MOST_STATES = 64;
const MOST_WORK = 10_000;

/**
 * Whether any plain text (no quote, no backslash, no control character) of `length` code points may follow: all states that one can
 * come to are alive. What a state knows it keeps, so that one character further on there is little left to do. What is dear to find
 * out is taken to be not so.
 */
export function isFreeFor(node: RegexNode, length: number, meter: WorkMeter): boolean {
  const budget = { states: MOST_STATES, untilLeft: meter.left - MOST_WORK, meter };
  return explore(node, length, budget) || refuse(node, length);
}

interface Budget {
  states: number;
  readonly untilLeft: number;
  readonly meter: WorkMeter;
}

function explore(node: RegexNode, length: number, budget: Budget): boolean {
  const { known } = node;
  if (length <= known.free) return true;
  if (length >= known.unfree) return false;
  budget.states -= 1;
  if (isOver(budget)) return false;
  if (!SAMPLE.every((point) => isAlive(node.derivative(point)))) return refuse(node, 1);
  const cuts = node.cuts();
  const after = new Set<RegexNode>();
  for (let i = 0; i < cuts.length; i++) {
    if (isPlain(cuts[i]!, (cuts[i + 1] ?? 0x110000) - 1)) after.add(node.target(i));
  }
  for (const target of after) if (!isAlive(target)) return refuse(node, 1);
  for (const target of after) {
    if (target === node || explore(target, length - 1, budget)) continue;
    return isOver(budget) ? false : refuse(node, length);
  }
  known.free = length;
  return true;
}

function isOver({ states, untilLeft, meter }: Budget): boolean {
  return states < 0 || meter.left < untilLeft;
}

function refuse({ known }: RegexNode, length: number): false {
  known.unfree = length;
  return false;
}

function isAlive(node: RegexNode): boolean {
  return node.bytesToAccept() !== Infinity;
}

/** Whether a plain character is among [lo, hi]. */
function isPlain(lo: number, hi: number): boolean {
  if (hi < 0x20 || lo > 0x10ffff || (lo >= 0xd800 && hi <= 0xdfff)) return false;
  const first = Math.max(lo, 0x20);
  return !(first === hi && (first === 0x22 || first === 0x5c));
}
