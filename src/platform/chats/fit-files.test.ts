import { expect, test } from "vitest";
import { withFiles } from "./fit-files.ts";

const message = (content: string, ...texts: string[]) => ({
  content,
  files: texts.map((text, index) => ({ name: `file-${index}.txt`, text })),
});

test("files that fit travel whole, named, before the question, and nobody is asked to choose", async () => {
  const never = () => Promise.reject(new Error("asked"));
  expect(await withFiles(message("Sum up", "one", "two"), 100, never)).toBe(
    'File "file-0.txt":\none\n\nFile "file-1.txt":\ntwo\n\nSum up',
  );
  expect(await withFiles({ content: "Hello" }, 0, never)).toBe("Hello");
});

test("of a file too long the best passages are told in their order, and that it is so", async () => {
  const text = Array.from({ length: 800 }, (_, index) => `House ${index} has a garden and a door.`).join("\n\n");
  const asked: string[] = [];
  const told = await withFiles(message("Which?", text), 2000, (passages, question) => {
    asked.push(question);
    return Promise.resolve(passages.map((_, index) => passages.length - 1 - index));
  });
  expect(asked).toEqual(["Which?"]);
  expect(told).toContain("too long to be read whole");
  expect(told).not.toContain("House 0 ");
  expect(told.indexOf("House 798 ")).toBeLessThan(told.indexOf("House 799 "));
  expect(told.length).toBeLessThan(2300);
});
