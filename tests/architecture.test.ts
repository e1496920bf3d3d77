import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

interface Floor {
  below: string[];
  outside: string[];
}

/** The floor table of ARCHITECTURE.md: the page is the rule, so it cannot drift from the code. */
function readFloors(): Map<string, Floor> {
  const list = (cell: string) =>
    cell
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
  const rows = readFileSync("ARCHITECTURE.md", "utf8").matchAll(/^\| `(\w+)` \|[^|]*\|([^|]*)\|([^|]*)\|$/gm);
  return new Map(
    [...rows].map(([, name, below, outside]) => [name!, { below: list(below!), outside: list(outside!) }]),
  );
}

const floors = readFloors();
const built = readdirSync("src");
const floorOf = (name: string): Floor => floors.get(name) ?? { below: [], outside: [] };
const isProduct = (path: string) => /\.tsx?$/.test(path) && !/\.(test|contract)\.tsx?$/.test(path);
const filesOf = (floor: string): string[] =>
  readdirSync(join("src", floor), { recursive: true, encoding: "utf8" })
    .filter(isProduct)
    .map((path) => join("src", floor, path));
const specifiersIn = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/\b(?:from|import)\s*\(?\s*"([#.@\w][^"\s]*)"/g)].map((match) => match[1]!);
const isAllowedOutside = (specifier: string, outside: string[]): boolean =>
  outside.some((name) =>
    name === "node:*" ? specifier.startsWith("node:") : specifier === name || specifier.startsWith(`${name}/`),
  );

test("every folder in src/ is a floor of ARCHITECTURE.md", () => {
  expect(built.filter((name) => !floors.has(name))).toEqual([]);
});

test.each(built)("%s: tsconfig.json lists exactly the floors below it", (floor) => {
  const { references } = JSON.parse(readFileSync(join("src", floor, "tsconfig.json"), "utf8"));
  const listed = references.map((reference: { path: string }) => reference.path.replace("../", ""));
  expect(listed.toSorted()).toEqual(
    floorOf(floor)
      .below.filter((name) => existsSync(join("src", name)))
      .toSorted(),
  );
});

test.each(built)("%s: imports use a floor's front door, or an allowed outside module", (floor) => {
  const { below, outside } = floorOf(floor);
  const isStray = (file: string, specifier: string): boolean => {
    if (specifier.startsWith("#")) return !below.includes(specifier.slice(1));
    if (specifier.startsWith(".")) return !join(dirname(file), specifier).startsWith(join("src", floor) + "/");
    return !isAllowedOutside(specifier, outside);
  };
  const strays = filesOf(floor).flatMap((file) =>
    specifiersIn(file)
      .filter((specifier) => isStray(file, specifier))
      .map((specifier) => `${file} -> ${specifier}`),
  );
  expect(strays).toEqual([]);
});

test("no source file is longer than 400 lines", () => {
  const everything = ["src", "tests", "bench", "scripts", "examples", "models"]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((path) => /\.(tsx?|mjs|py)$/.test(path) && !path.includes("node_modules"))
        .map((path) => join(folder, path)),
    );
  expect(everything.filter((file) => readFileSync(file, "utf8").split("\n").length > 401)).toEqual([]);
});
