import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundaryOf, readField, readMultipart } from "./multipart.ts";

interface Told {
  readonly name: string;
  readonly filename?: string | undefined;
  readonly bytes: Buffer;
}

/** A form as clients write it. */
function write(parts: readonly Told[], boundary: string): Buffer {
  const pieces = parts.flatMap(({ name, filename, bytes }) => {
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), bytes, Buffer.from("\r\n")];
  });
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(body: AsyncIterable<Uint8Array>, boundary: string): Promise<Told[]> {
  const parts: Told[] = [];
  for await (const { name, filename, content } of readMultipart(body, boundary)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    parts.push({ name, ...(filename === undefined ? {} : { filename }), bytes: Buffer.concat(pieces) });
  }
  return parts;
}

// Bytes that look like delimiters, so that every false start is met.
const content = fc
  .array(fc.constantFrom("\r\n--b", "\r\n--bX", "\r", "\n", "--b--", "-", "x", "\r\n--boundary"), { maxLength: 12 })
  .map((pieces) => Buffer.from(pieces.join("").replaceAll("\r\n--b:", "")));
const part = fc.record({
  name: fc.stringMatching(/^[a-z]{1,8}$/),
  filename: fc.option(fc.stringMatching(/^[a-z.]{1,8}$/), { nil: undefined }),
  bytes: content,
});

test("a form is read the same however it is cut into pieces", async () => {
  const form = fc.array(part, { maxLength: 4 });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(form, sizes, async (parts, pieces) => {
      const bytes = write(parts, "b:1");
      expect(await read(cut(bytes, pieces), "b:1")).toEqual(
        parts.map(({ filename, ...rest }) => (filename === undefined ? rest : { ...rest, filename })),
      );
    }),
  );
});

test("a form that stops anywhere before its end is refused", async () => {
  const whole = write([{ name: "a", filename: "f", bytes: Buffer.from("content") }], "b");
  for (let length = 0; length < whole.length - 4; length += 1) {
    await expect(read(cut(whole.subarray(0, length), [7]), "b"), `cut at ${length}`).rejects.toMatchObject({
      code: "invalid_request",
    });
  }
});

test("what a reader leaves of one part is not mistaken for the next", async () => {
  const bytes = write(
    [
      { name: "a", filename: "f", bytes: Buffer.alloc(100_000, "x") },
      { name: "b", bytes: Buffer.from("2") },
    ],
    "b",
  );
  const names: string[] = [];
  for await (const each of readMultipart(cut(bytes, [1000]), "b")) {
    names.push(each.name);
    for await (const _ of each.content) break;
  }
  expect(names).toEqual(["a", "b"]);
});

describe("without measure", () => {
  const refused = async (body: Buffer) => {
    const reading = async () => {
      for await (const each of readMultipart(cut(body, [4096]), "b")) await readField(each);
    };
    await expect(reading()).rejects.toMatchObject({ code: "invalid_request" });
  };
  test("headers are refused", () => refused(Buffer.concat([Buffer.from("--b\r\n"), Buffer.alloc(40_000, "h: x\r\n")])));
  test("fields are refused", () => refused(write([{ name: "purpose", bytes: Buffer.alloc(5000) }], "b")));
  test("parts are refused", () =>
    refused(
      write(
        Array.from({ length: 65 }, () => ({ name: "a", bytes: Buffer.alloc(0) })),
        "b",
      ),
    ));
});

test.each([
  ["multipart/form-data; boundary=abc", "abc"],
  ['multipart/form-data; charset=x; boundary="a b"', "a b"],
  ["multipart/form-data", undefined],
  ["application/json", undefined],
  [undefined, undefined],
])("the boundary of %s is %s", (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary);
});
