import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalizeJsonText, parseJsonText, toJsonNode, writePythonJson } from "./json-text.ts";

/** What CPython 3.11 prints for `json.dumps(json.loads(text), ensure_ascii=False)`. */
const PYTHON: readonly (readonly [text: string, printed: string])[] = [
  ['{"b":1,"a":[true,false,null]}', '{"b": 1, "a": [true, false, null]}'],
  ['{"2":1,"1":2,"__proto__":3}', '{"2": 1, "1": 2, "__proto__": 3}'],
  ['{"a":1,"b":2,"a":3}', '{"a": 3, "b": 2}'],
  [" [ ] ", "[]"],
  ["{ }", "{}"],
  ["12345678901234567890", "12345678901234567890"],
  ["-0", "0"],
  ["-0.0", "-0.0"],
  ["1.0", "1.0"],
  ["1E5", "100000.0"],
  ["1e15", "1000000000000000.0"],
  ["1e16", "1e+16"],
  ["1.5e16", "1.5e+16"],
  ["1e22", "1e+22"],
  ["0.0001", "0.0001"],
  ["0.00001", "1e-05"],
  ["1.25e-7", "1.25e-07"],
  ["1e-300", "1e-300"],
  ["0.1", "0.1"],
  ["123.456", "123.456"],
  ["1e400", "Infinity"],
  ["[NaN, -Infinity]", "[NaN, -Infinity]"],
  ['"\\u00e9\\n\\u001f\\/\\u007f"', '"é\\n\\u001f/\u007f"'],
  ['"\\ud83d\\ude00 \\u2028"', '"😀 \u2028"'],
];

describe("JSON inside prompts", () => {
  test.each(PYTHON)("%s is written as Python writes it", (text, printed) => {
    expect(normalizeJsonText(text)).toBe(printed);
  });

  test.each(["{", "01", "1.", "[1,]", "{'a':1}", '"a\nb"', "nul", "[1] 2", "+1", '{"a" 1}', "\ufeff{}"])(
    "%s is no JSON and stays as it is",
    (text) => {
      expect(parseJsonText(text)).toBeUndefined();
      expect(normalizeJsonText(text)).toBe(text);
    },
  );

  test("the empty text means no arguments", () => {
    expect(normalizeJsonText("")).toBe("{}");
  });

  test("nesting beyond any sense is left as text instead of exhausting the stack", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(normalizeJsonText(deep)).toBe(deep);
    let value: unknown = 1;
    for (let level = 0; level < 10_000; level += 1) value = [value];
    expect(() => toJsonNode(value)).toThrow(/nested deeper/u);
  });

  test("whatever is written reads back as the same value, and is written the same again", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const written = writePythonJson(toJsonNode(value));
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(normalizeJsonText(written)).toBe(written);
      }),
    );
  });
});
