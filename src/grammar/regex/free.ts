import type { WorkMeter } from "../work-meter.ts";
import type { RegexNode } from "./node.ts";

/** How far it is looked, code points. */
const FREE_LENGTH = 10;
/** Plain characters of every kind that patterns tell apart, the ones first that most of them refuse. */
const SAMPLE = [0x23, 0x20, 0xe9, 0x7e, 0x4e00, 0x51, 0x65, 0x37];
/** States that are looked at before it is given up, and steps of work. */
const MOST_STATES = 128;
const MOST_WORK = 10_000;

/**
 * How many code points of any plain text (no quote, no backslash, no control character) may follow: Infinity where all states that it
 * can come to are alive, ten where those are that it can come to within ten code points, and otherwise 0. What is dear to find out
 * is 0, too.
 */
export function plainLengthAfter(start: RegexNode, meter: WorkMeter): number {
  if (!SAMPLE.every((point) => isAlive(start.derivative(point)))) return 0;
  const untilLeft = meter.left - MOST_WORK;
  const seen = new Set([start]);
  let latest: readonly RegexNode[] = [start];
  for (let length = 0; length < FREE_LENGTH; length++) {
    const next: RegexNode[] = [];
    for (const node of latest) {
      if (!addPlainTargets(node, seen, next)) return 0;
      if (seen.size > MOST_STATES || meter.left < untilLeft) return 0;
    }
    if (next.length === 0) return Infinity;
    latest = next;
  }
  return FREE_LENGTH;
}

/** Adds the states after one plain character that were not seen yet; false when one of them is dead. */
function addPlainTargets(node: RegexNode, seen: Set<RegexNode>, next: RegexNode[]): boolean {
  const cuts = node.cuts();
  for (let i = 0; i < cuts.length; i++) {
    if (!isPlain(cuts[i]!, (cuts[i + 1] ?? 0x110000) - 1)) continue;
    const target = node.target(i);
    if (seen.has(target)) continue;
    if (!isAlive(target)) return false;
    seen.add(target);
    next.push(target);
  }
  return true;
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
