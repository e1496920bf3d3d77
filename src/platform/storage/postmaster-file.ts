import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The process id in a cluster's `postmaster.pid`, when that process is alive and, as far as we can see, PostgreSQL. */
export function livePostmaster(cluster: string): number | undefined {
  const pid = readPid(cluster);
  if (pid === undefined) return undefined;
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  return isPostgres(pid) ? pid : undefined;
}

function readPid(cluster: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(cluster, "postmaster.pid"), "utf8"), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** After a reboot the recorded id may belong to any program; and a dead server that nobody has reaped keeps its name. */
function isPostgres(pid: number): boolean {
  try {
    // The second field of stat(5), in brackets, is the program; the third is its state, Z for one that has ended.
    const [, program, state] = /\((.*)\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return program === "postgres" && state !== "Z";
  } catch {
    return process.platform !== "linux";
  }
}
