import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// A product of two modules, with our own way to build and to start it.
const home = mkdtempSync(join(tmpdir(), "tramontane-built-"));
const main = join(home, "src/cli/main.ts");
const note = join(home, "src/cli/note.txt");

const run = (): string => execFileSync(process.execPath, ["bin/tramontane.mjs", "x"], { cwd: home, encoding: "utf8" });
const build = (): string => {
  const script = pathToFileURL(join(home, "scripts/server-build.mjs")).href;
  const code = `await (await import(${JSON.stringify(script)})).buildServer()`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
};

/** Says where it runs, and reads a file that lies beside its source. */
const program = (word: string): string => `
  import { readFileSync } from "node:fs";
  export async function main(words: readonly string[]): Promise<number> {
    const where = new Error("here").stack!.includes("dist/server") ? "built" : "source";
    const note = readFileSync(new URL("./note.txt", import.meta.url), "utf8");
    console.log(${JSON.stringify(word)}, words.join(), where, note);
    return 0;
  }`;

beforeAll(() => {
  for (const folder of ["src/cli", "src/engine/worker", "src/platform/forms", "src/web", "scripts"])
    mkdirSync(join(home, folder), { recursive: true });
  cpSync("bin", join(home, "bin"), { recursive: true });
  cpSync("scripts/server-build.mjs", join(home, "scripts/server-build.mjs"));
  for (const file of ["package.json", "package-lock.json"]) cpSync(file, join(home, file));
  symlinkSync(resolve("node_modules"), join(home, "node_modules"));
  for (const file of ["engine/worker/main.ts", "platform/forms/form-thread.ts", "web/page.ts"])
    writeFileSync(join(home, "src", file), "export {};\n");
  writeFileSync(main, program("first"));
  writeFileSync(note, "note");
});

afterAll(() => rmSync(home, { recursive: true }));

test("a start runs what was built, and the source where that has changed since", { timeout: 60_000 }, () => {
  expect(run()).toBe("first x source note\n");
  expect(build()).toBe("setup: building the server\n");
  expect(run()).toBe("first x built note\n");
  expect(build()).toBe("");
  writeFileSync(join(home, "src/web/page.ts"), "export const page = 1;\n");
  writeFileSync(join(home, "src/cli/main.test.ts"), "export {};\n");
  expect(run()).toBe("first x built note\n");
  writeFileSync(main, program("second"));
  expect(run()).toBe("second x source note\n");
  build();
  expect(run()).toBe("second x built note\n");
});

test("a build takes away what killed builds left, and nothing of one under way", { timeout: 60_000 }, () => {
  const folders = (): string[] => readdirSync(join(home, "dist")).toSorted();
  const left = (name: string, minutesAgo: number): void => {
    const folder = join(home, "dist", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "stamp"), "");
    const then = Date.now() / 1000 - minutesAgo * 60;
    utimesSync(folder, then, then);
  };
  left("server.1", 60);
  left("server.2", 0);
  writeFileSync(main, program("third"));
  build();
  expect(folders()).toEqual(["server", "server.2"]);
});
