import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { TramontaneError } from "#base";

/** An unprivileged user to run the database server as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root. Names tried in this order; each must exist, because initdb looks its user up. */
const CANDIDATES = ["tramontane", "postgres", "nobody"];

/** Whom to run the server as: undefined means ourselves. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = new Map(
    readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }] as const),
  );
  for (const name of CANDIDATES) {
    const account = accounts.get(name);
    if (account !== undefined && account.uid !== 0) return account;
  }
  throw new TramontaneError("storage_unavailable", "PostgreSQL does not run as root and no other user exists.", {
    hint: `Add one of the users ${CANDIDATES.join(", ")} to /etc/passwd, run Tramontane as an ordinary user, or set TRAMONTANE_DATABASE_URL.`,
  });
}

/** Whether `user` may walk to `path` and read it: every folder on the way lets others in, and the file lets them read. */
export function isReachableBy(user: ServerUser | undefined, path: string): boolean {
  if (user === undefined) return true;
  const allows = (target: string, bits: number): boolean => {
    const { uid, gid, mode } = statSync(target);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    return ((mode >> shift) & bits) === bits;
  };
  try {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      if (!allows(folder, 0o1)) return false;
      if (folder === dirname(folder)) break;
    }
    return allows(path, 0o5);
  } catch {
    return false;
  }
}
