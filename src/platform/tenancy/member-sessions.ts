import { randomBytes } from "node:crypto";
import { TramontaneError } from "#base";
import { Bucket } from "../limits/bucket.ts";
import type { Role } from "./caller.ts";
import { scopesOf } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { hashKey } from "./key-secret.ts";
import type { MembersParts } from "./members.ts";
import { isPassword } from "./password.ts";

/** How a session's token begins: what tells it from an API key. */
export const SESSION_PREFIX = "tms_";

const TOKEN_BYTES = 32;
const SESSION_MS = 12 * 3_600_000;
/** Sign-ins that may be tried per address: five at once, then one every ten seconds. */
const ATTEMPTS = { capacity: 5, perMs: 1 / 10_000 };
const REMEMBERED_ADDRESSES = 10_000;

/** Signing in with address and password. A session is a token like a key: for one organisation, for twelve hours. */
export class MemberSessions {
  readonly #parts: MembersParts;
  readonly #attempts = new Map<string, Bucket>();
  readonly #onChange: (() => void)[] = [];

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  onChange(listener: () => void): void {
    this.#onChange.push(listener);
  }

  /**
   * A new token, whatever the person had before. `organizationId` chooses where they belong to several. Errors: `unauthorized`,
   * whichever of address, password and membership is wrong; `rate_limited` after too many attempts.
   */
  async signIn(attempt: {
    readonly email: string;
    readonly password: string;
    readonly organizationId?: string | undefined;
  }): Promise<{ token: string; expiresAt: Date }> {
    const { database } = this.#parts;
    const email = attempt.email.trim().toLowerCase();
    this.#countAttempt(email);
    const [found] = await database.query<{ id: string; password_hash: string | null; organization_id: string }>(
      `select u.id, u.password_hash, m.organization_id from app_user u join membership m on m.user_id = u.id
       where u.email = $1 and ($2::text is null or m.organization_id::text = $2) order by m.created_at limit 1`,
      [email, attempt.organizationId ?? null],
    );
    if (!(await isPassword(attempt.password, found?.password_hash ?? undefined)) || found === undefined) {
      throw new TramontaneError("unauthorized", "Unauthorized", { hint: "Check address, password and organization." });
    }
    return await this.open({ userId: found.id, organizationId: found.organization_id });
  }

  /** A new session for somebody who has shown who they are. */
  async open(member: {
    readonly userId: string;
    readonly organizationId: string;
  }): Promise<{ token: string; expiresAt: Date }> {
    const { database, clock, pepper } = this.#parts;
    const token = `${SESSION_PREFIX}${randomBytes(TOKEN_BYTES).toString("base64url")}`;
    const nowMs = clock.nowMs();
    const expiresAt = new Date(nowMs + SESSION_MS);
    await database.query("delete from user_session where user_id = $1 and expires_at <= $2", [
      member.userId,
      new Date(nowMs),
    ]);
    await database.query(
      "insert into user_session (token_hash, user_id, created_at, expires_at, organization_id) values ($1, $2, $3, $4, $5)",
      [hashKey(pepper, token), member.userId, new Date(nowMs), expiresAt, member.organizationId],
    );
    return { token, expiresAt };
  }

  /** Ends the session of this token; nothing happens when there is none. */
  async signOut(token: string): Promise<void> {
    await this.#parts.database.query("delete from user_session where token_hash = $1", [
      hashKey(this.#parts.pepper, token),
    ]);
    for (const listener of this.#onChange) listener();
  }

  /** Who holds the session with this hash, with what their role may do now. For the authenticator. */
  async findCaller(hash: Buffer): Promise<{ caller: Caller; expiresAt: Date } | undefined> {
    const [row] = await this.#parts.database.query<{
      user_id: string;
      organization_id: string;
      workspace_id: string;
      role: Role;
      is_operator: boolean;
      expires_at: Date;
    }>(
      `select s.user_id, s.organization_id, m.role, m.is_operator, s.expires_at,
         (select w.id from workspace w where w.organization_id = s.organization_id and w.archived_at is null order by w.id limit 1) as workspace_id
       from user_session s join membership m on m.user_id = s.user_id and m.organization_id = s.organization_id
       join organization o on o.id = s.organization_id where s.token_hash = $1 and o.status = 'active'`,
      [hash],
    );
    if (row === undefined) return undefined;
    const caller: Caller = {
      organizationId: row.organization_id,
      workspaceId: row.workspace_id,
      keyId: undefined,
      userId: row.user_id,
      scopes: new Set(scopesOf({ role: row.role, isOperator: row.is_operator })),
      models: undefined,
    };
    return { caller, expiresAt: row.expires_at };
  }

  #countAttempt(email: string): void {
    const nowMs = this.#parts.clock.monotonicMs();
    let bucket = this.#attempts.get(email);
    if (bucket === undefined) {
      if (this.#attempts.size >= REMEMBERED_ADDRESSES) this.#attempts.delete(this.#attempts.keys().next().value!);
      bucket = new Bucket(ATTEMPTS, nowMs);
      this.#attempts.set(email, bucket);
    }
    const retryAfterMs = Math.ceil(bucket.waitMs(1, nowMs));
    if (retryAfterMs > 0) {
      throw new TramontaneError("rate_limited", "Too many attempts to sign in with this address.", {
        details: { retryAfterMs },
      });
    }
    bucket.take(1, nowMs);
  }
}
