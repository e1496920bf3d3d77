import type { RegexNode } from "./node.ts";
import { cheapestByteLength } from "./shortest.ts";

/** A shortest text of the language; undefined when it is empty. */
export function shortestMember(node: RegexNode): string | undefined {
  if (node.bytesToAccept() === Infinity) return undefined;
  let text = "";
  for (let state = node; !state.accepts;) {
    const cuts = state.cuts();
    let best = { bytes: Infinity, interval: 0 };
    for (let interval = 0; interval < cuts.length; interval++) {
      const step = cheapestByteLength(cuts[interval]!, (cuts[interval + 1] ?? 0x110000) - 1);
      const bytes = step + state.target(interval).bytesToAccept();
      if (bytes < best.bytes) best = { bytes, interval };
    }
    text += String.fromCodePoint(readable(cuts[best.interval]!, (cuts[best.interval + 1] ?? 0x110000) - 1));
    state = state.target(best.interval);
  }
  return text;
}

/** A code point of [lo, hi] of least length, a letter where there is one. */
function readable(lo: number, hi: number): number {
  for (const wanted of [0x61, 0x41, 0x30, 0x20]) if (lo <= wanted && wanted <= hi) return wanted;
  const least = cheapestByteLength(lo, hi);
  for (let point = lo; point <= hi; point = point === 0xd7ff ? 0xe000 : point + 1) {
    if (cheapestByteLength(point, point) === least) return point;
  }
  return lo;
}

/** Whether a text is in a language. */
export function matches(node: RegexNode, text: string): boolean {
  let state = node;
  for (const char of text) state = state.derivative(char.codePointAt(0)!);
  return state.accepts;
}
