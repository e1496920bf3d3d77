import type { WorkMeter } from "../work-meter.ts";
import type { RegexNode } from "./node.ts";

/** How far it is looked, code points. */
const FREE_LENGTH = 10;
/** Plain characters of every kind that patterns tell apart, the ones first that most of them refuse. */
const SAMPLE = [0xe9, 0x4e00, 0x65, 0x37];
/** States that are looked at before it is given up, and steps of work. */
const MOST_STATES = 128;
const MOST_WORK = 10_000;

/** What of plain text (no quote, no backslash, no control character) may follow a state. */
export interface PlainRoom {
  /** So many code points of any: Infinity or ten; 0 where not any may follow, or where it would be dear to find out. */
  readonly length: number;
  /** Where any may follow that has none of some characters, which never may: those (`mayBeBarred`); else empty. */
  readonly barred: readonly number[];
}

const NO_ROOM: PlainRoom = { length: 0, barred: [] };

/** Looks at all states that plain text comes to, as far as `FREE_LENGTH` or until there are no more. */
export function plainRoomAfter(start: RegexNode, meter: WorkMeter): PlainRoom {
  if (!SAMPLE.every((point) => isAlive(start.derivative(point)))) return NO_ROOM;
  const untilLeft = meter.left - MOST_WORK;
  const seen = new Set([start]);
  let barred: string | undefined;
  let latest: readonly RegexNode[] = [start];
  for (let length = 0; length < FREE_LENGTH; length++) {
    const next: RegexNode[] = [];
    for (const node of latest) {
      const refused = addPlainTargets(node, seen, next)?.join();
      if (refused === undefined || (barred ??= refused) !== refused) return NO_ROOM;
      if (seen.size > MOST_STATES || meter.left < untilLeft) return NO_ROOM;
    }
    if (next.length === 0) {
      return barred ? { length: 0, barred: barred.split(",").map(Number) } : { length: Infinity, barred: [] };
    }
    latest = next;
  }
  return barred === "" ? { length: FREE_LENGTH, barred: [] } : NO_ROOM;
}

/** Adds the states after one plain character that were not seen yet. The characters that may not follow; undefined where too many may not. */
function addPlainTargets(node: RegexNode, seen: Set<RegexNode>, next: RegexNode[]): number[] | undefined {
  const refused: number[] = [];
  const cuts = node.cuts();
  for (let i = 0; i < cuts.length; i++) {
    const [lo, hi] = [cuts[i]!, (cuts[i + 1] ?? 0x110000) - 1];
    if (!isPlain(lo, hi)) continue;
    const target = node.target(i);
    if (seen.has(target)) continue;
    if (isAlive(target)) {
      seen.add(target);
      next.push(target);
      continue;
    }
    for (let point = lo; point <= hi; point++) {
      if (!isPlain(point, point)) continue;
      if (!mayBeBarred(point)) return undefined;
      refused.push(point);
    }
  }
  return refused;
}

/** ASCII, and the line separators that `.` does not match either: few enough for a mask each. */
function mayBeBarred(point: number): boolean {
  return point < 0x80 || point === 0x2028 || point === 0x2029;
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
