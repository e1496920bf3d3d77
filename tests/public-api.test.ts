import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const floors = readdirSync("src").filter((floor) => readdirSync(join("src", floor)).includes("index.ts"));

/** The names a floor's front door lets out. */
function exportsOf(floor: string): string[] {
  const text = readFileSync(join("src", floor, "index.ts"), "utf8");
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, names]) => names!.split(","))
    .map((name) => name.replace(/^\s*type /, "").trim())
    .filter((name) => name !== "")
    .toSorted((a, b) => a.localeCompare(b));
}

test("the front doors are what public-api.txt says: a change of the public API is a decision (vitest -u)", async () => {
  const pages = floors.map((floor) => [`#${floor}`, ...exportsOf(floor).map((name) => `  ${name}`)].join("\n"));
  await expect(`${pages.join("\n")}\n`).toMatchFileSnapshot("public-api.txt");
});
