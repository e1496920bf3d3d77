import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeEvent, EventDecoder } from "./server-sent-events.ts";

const decodeInPieces = (text: string, cuts: readonly number[]) => {
  const decoder = new EventDecoder();
  const borders = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  return borders.slice(1).flatMap((border, index) => decoder.push(text.slice(borders[index], border)));
};

test("what was encoded is decoded, however the stream is cut", () => {
  const event = fc.record({
    event: fc.constantFrom("", "response.created"),
    data: fc.string({ unit: "binary", minLength: 1 }).map((text) => text.replaceAll("\r", "")),
  });
  fc.assert(
    fc.property(fc.array(event), fc.array(fc.nat()), (events, cuts) => {
      const stream = events.map(({ event: name, data }) => encodeEvent(data, name)).join("");
      expect(decodeInPieces(stream, cuts)).toEqual(events);
    }),
  );
});

test("CR, LF and CRLF end lines alike, and a cut between CR and LF makes no empty line", () => {
  for (const newline of ["\n", "\r\n", "\r"]) {
    const stream = `data: a${newline}data: b${newline}${newline}data: c${newline}${newline}`;
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const events = decodeInPieces(`${stream}: end${newline}`, [cut]);
      expect(events.map((event) => event.data)).toEqual(["a\nb", "c"]);
    }
  }
});

test("comments, unknown fields, a byte order mark and an unfinished last event are skipped", () => {
  const decoder = new EventDecoder();
  expect(decoder.push("\uFEFF: ping\n\nretry: 1\nid: 7\ndata:x\n\ndata: lost")).toEqual([{ event: "", data: "x" }]);
});
