import { expect, test } from "vitest";
import { LINE_BYTES, readLines } from "./line-input.ts";

const asked = (id: string): string => JSON.stringify({ custom_id: id, body: { id } });

async function read(content: Iterable<Buffer>) {
  const lines = [];
  for await (const line of readLines(inTurn(content))) lines.push(line);
  return lines.map(({ customId, problem }) => [customId, problem?.message]);
}

async function* inTurn(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}

test("however a file is cut, its lines are the same", async () => {
  const content = Buffer.from([asked("é"), "", asked("b") + "\r", "   ", asked("c")].join("\n"));
  for (let size = 1; size <= content.length; size += 1) {
    const chunks = [];
    for (let at = 0; at < content.length; at += size) chunks.push(content.subarray(at, at + size));
    expect(await read(chunks)).toEqual([
      ["é", undefined],
      ["b", undefined],
      ["c", undefined],
    ]);
  }
});

test("a line of 30 MB is told to be too long, and those beside it are read", async () => {
  const piece = Buffer.alloc(2 ** 20, "x");
  function* hostile(): Generator<Buffer> {
    yield Buffer.from(`${asked("before")}\n{"custom_id": "big", "body": "`);
    for (let index = 0; index < 30; index += 1) yield piece;
    yield Buffer.from(`"}\n${asked("after")}\n`);
  }
  expect(await read(hostile())).toEqual([
    ["before", undefined],
    [undefined, `The line is longer than ${LINE_BYTES / 2 ** 20} MiB`],
    ["after", undefined],
  ]);
});
