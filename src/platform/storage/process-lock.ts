import { linkSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Takes a file that says which process uses something, or returns undefined while a living process holds it. The file is
 * made whole, then linked to its name, so that two cannot both have it; one that a dead process left is taken over.
 */
export function lockForProcess(path: string): { release(): void } | undefined {
  const scratch = mkdtempSync(join(dirname(path), "lock-"));
  const mine = join(scratch, "mine");
  const moved = join(scratch, "moved");
  writeFileSync(mine, identityOf(process.pid) ?? "", { mode: 0o600 });
  try {
    // Between seeing a stale lock and moving it away, another may have put its own there: then that one is put back.
    for (let attempt = 0; attempt < 3; attempt++) {
      if (tryLink(mine, path)) return { release: () => rmSync(path, { force: true }) };
      const holder = read(path);
      if (holder === undefined) continue;
      if (isAlive(holder)) return undefined;
      try {
        renameSync(path, moved);
      } catch {
        continue;
      }
      if (read(moved) !== holder) {
        tryLink(moved, path);
        return undefined;
      }
    }
    return undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(identity: string): boolean {
  const pid = Number.parseInt(identity, 10);
  return pid > 0 && identityOf(pid) === identity;
}

/** Process id and, where the system tells it, when it started: ids are used again. */
function identityOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return undefined;
  }
  // Field 22 of stat(5); the name in brackets may hold anything, so counting begins behind it.
  const fields = read(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ");
  return `${pid} ${fields?.[19] ?? ""}`;
}
