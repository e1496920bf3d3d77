import { expect, test } from "vitest";
import { withFiles } from "./fit-files.ts";

const message = (content: string, ...texts: string[]) => ({
  content,
  files: texts.map((text, index) => ({ name: `file-${index}.txt`, text })),
});

test("files that fit travel whole, named, before the question", () => {
  expect(withFiles(message("Sum up", "one", "two"), 100)).toBe(
    'File "file-0.txt":\none\n\nFile "file-1.txt":\ntwo\n\nSum up',
  );
  expect(withFiles({ content: "Hello" }, 0)).toBe("Hello");
});

test("of a file too long the passages that speak of the question are told, and that it is so", () => {
  const filler = Array.from({ length: 400 }, (_, index) => `House ${index} has a garden and a door.`).join("\n\n");
  const text = `${filler}\n\nThe boiler room has the number 4711.\n\n${filler}`;
  const told = withFiles(message("Which number has the boiler room?", text), 2000);
  expect(told).toContain("4711");
  expect(told).toContain("too long to be read whole");
  expect(told.length).toBeLessThan(2300);
});
