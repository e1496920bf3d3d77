import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPostgresBinaries, packagedDirectory, prepareRuntime } from "./postgres-binaries.ts";

const packaged = packagedDirectory();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tramontane-runtime-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The package as a package manager leaves it that runs no install scripts: without its symbolic links. */
function unpackWithoutLinks(): string {
  const native = join(folder, "package", "native");
  cpSync(packaged!, native, { recursive: true });
  cpSync(join(packaged!, "..", "package.json"), join(folder, "package", "package.json"));
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as { target: string }[];
  for (const { target } of links) rmSync(join(native, "..", target), { force: true });
  return native;
}
const runs = (program: string) =>
  execFileSync(program, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

test.skipIf(packaged === undefined)("the programs run although no install script restored their links", () => {
  const native = unpackWithoutLinks();
  expect(() => runs(join(native, "bin", "initdb"))).toThrow();
  const runtime = prepareRuntime(native, () => true);
  expect(runtime).toBe(native);
  expect(runs(join(runtime, "bin", "initdb"))).toContain("PostgreSQL");
  expect(runs(join(runtime, "bin", "postgres"))).toContain("PostgreSQL");
});

test.skipIf(packaged === undefined)(
  "out of the server user's reach, the programs run from a copy that only we can change",
  () => {
    const runtime = prepareRuntime(unpackWithoutLinks(), () => false);
    expect(runtime).not.toContain(folder);
    expect(runs(join(runtime, "bin", "postgres"))).toContain("PostgreSQL");
    expect(prepareRuntime(unpackWithoutLinks(), () => false)).toBe(runtime);
  },
);

test("this machine has a PostgreSQL of version 15 or newer", () => {
  expect(findPostgresBinaries(() => true)[0]?.major).toBeGreaterThanOrEqual(15);
});
