import fc from "fast-check";
import { expect, test } from "vitest";
import { TextLogprobsWriter } from "./logprobs.ts";

const told = (bytes: readonly number[]) => ({
  token: Buffer.from(bytes).toString("utf8"),
  logprob: -1,
  bytes,
  top_logprobs: [],
});

test("an offset counts the characters that began before, however the pieces and tokens cut them", () => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 12 }).filter((words) => !words.includes("\uFFFD"));
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 48, maxLength: 48 }), (words, sizes) => {
      const bytes = [...Buffer.from(words, "utf8")];
      const writer = new TextLogprobsWriter();
      let at = 0;
      for (const size of sizes) {
        const before = Buffer.from(bytes.slice(0, at)).toString("utf8");
        const [offset] = writer.write({ content: [told(bytes.slice(at, at + size))], refusal: null }).text_offset;
        // A character that is cut reads as one or more replacement characters at the end.
        const whole = Array.from(before.replace(/\uFFFD+$/, "")).length;
        expect([whole, whole + 1]).toContain(offset);
        if (!before.includes("\uFFFD")) expect(offset).toBe(whole);
        at = Math.min(at + size, bytes.length);
      }
    }),
  );
});
