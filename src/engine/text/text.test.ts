import fc from "fast-check";
import { expect, test } from "vitest";
import { Detokenizer } from "./detokenizer.ts";
import { StopMatcher } from "./stop-matcher.ts";
import { TextStream } from "./text-stream.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
/** Cuts a list into pieces at arbitrary places. */
function cut<T extends { slice(from: number, to?: number): T; readonly length: number }>(
  whole: T,
  cuts: number[],
): T[] {
  const places = [0, ...cuts.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
  return places.slice(1).map((end, index) => whole.slice(places[index]!, end));
}
const cuts = fc.array(fc.nat(500), { maxLength: 20 });
const texts = fc.string({ unit: "binary", maxLength: 40 });

test("any bytes in any pieces decode to what they decode to at once", () => {
  fc.assert(
    fc.property(fc.oneof(texts.map(bytesOf), fc.uint8Array({ maxLength: 40 })), cuts, (bytes, places) => {
      const detokenizer = new Detokenizer();
      const text = cut(bytes, places).map((piece) => detokenizer.push(piece));
      const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      expect(text.join("") + detokenizer.flush()).toBe(whole);
    }),
    { numRuns: 2000 },
  );
});

test("a piece of valid text never ends inside a code point", () => {
  fc.assert(
    fc.property(texts, cuts, (text, places) => {
      const detokenizer = new Detokenizer();
      for (const piece of cut(bytesOf(text), places)) expect(detokenizer.push(piece)).not.toContain("\uFFFD");
      expect(detokenizer.isHolding).toBe(false);
    }),
  );
});

/** The rule, said naively: character by character, the first moment at which the text ends with a stop text. */
function naiveStop(text: string, stops: string[]): { text: string; isStopped: boolean } {
  for (let end = 1; end <= text.length; end++) {
    const starts = stops.filter((stop) => text.slice(0, end).endsWith(stop)).map((stop) => end - stop.length);
    if (starts.length > 0) return { text: text.slice(0, Math.min(...starts)), isStopped: true };
  }
  return { text, isStopped: false };
}
const shortTexts = fc.string({ unit: fc.constantFrom("a", "b", "é", "🚀"), maxLength: 30 });
const stopTexts = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é", "🚀"), minLength: 1, maxLength: 4 }), {
  maxLength: 3,
});

test("stop texts are found wherever the text is cut into pieces", () => {
  fc.assert(
    fc.property(shortTexts, stopTexts, cuts, (text, stops, places) => {
      const matcher = new StopMatcher(stops);
      const released = [...cut(Array.from(text), places).map((piece) => matcher.push(piece.join(""))), matcher.flush()];
      const wanted = naiveStop(text, stops);
      expect({ text: released.join(""), isStopped: matcher.isStopped }).toEqual(wanted);
    }),
    { numRuns: 2000 },
  );
});

test("no more is held back than may begin a stop text", () => {
  const matcher = new StopMatcher(["STOP"]);
  expect(matcher.push("hello S")).toBe("hello ");
  expect(matcher.push("T")).toBe("");
  expect(matcher.push("Aha")).toBe("STAha");
});

test("every token before the end becomes final exactly once, with its log probability", () => {
  fc.assert(
    fc.property(shortTexts, stopTexts, cuts, (text, stops, places) => {
      const stream = new TextStream(stops);
      const pieces = cut(bytesOf(text), places);
      let said = "";
      const seen: number[] = [];
      let counted = 0;
      const take = () => {
        const final = stream.take();
        said += final?.text ?? "";
        counted += final?.tokens ?? 0;
        seen.push(...(final?.logprobs ?? []).map((logprob) => logprob.token));
      };
      let isStopped = false;
      let pushed = 0;
      while (pushed < pieces.length && !isStopped) {
        const bytes = pieces[pushed]!;
        isStopped = stream.push(bytes, { token: pushed++, bytes, logprob: 0, top: [] });
        take();
      }
      isStopped = stream.flush() || isStopped;
      take();
      const wanted = naiveStop(text, stops);
      expect({ text: said, isStopped }).toEqual(wanted);
      expect(seen).toEqual(Array.from({ length: counted }, (_, token) => token));
      if (!isStopped) expect(counted).toBe(pieces.length);
    }),
    { numRuns: 2000 },
  );
});
