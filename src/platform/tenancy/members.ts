import { randomBytes } from "node:crypto";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import type { Role } from "./caller.ts";
import { hashKey } from "./key-secret.ts";
import { hashPassword, isPassword } from "./password.ts";

/** A person in an organisation. */
export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Whether they run the installation too. */
  readonly isOperator: boolean;
  readonly since: Date;
}

export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly expiresAt: Date;
}

export interface MembersParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly pepper: Buffer;
}

interface MemberRow {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  is_operator: boolean;
  created_at: Date;
}

const DAY_MS = 86_400_000;
const INVITATION_DAYS = 7;
const TOKEN_BYTES = 32;

const SELECT = `select m.user_id, u.email, u.name, m.role, m.is_operator, m.created_at from membership m join app_user u on u.id = m.user_id`;

/** Who belongs to an organisation, and as what. An organisation that has owners keeps at least one. */
export class Members {
  readonly #parts: MembersParts;
  readonly #onChange: (() => void)[] = [];

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** Calls `listener` after any role or membership has changed here. */
  onChange(listener: () => void): void {
    this.#onChange.push(listener);
  }

  async list(organizationId: string): Promise<Member[]> {
    const rows = await this.#parts.database.query<MemberRow>(
      `${SELECT} where m.organization_id = $1 order by u.email`,
      [organizationId],
    );
    return rows.map(toMember);
  }

  /** Makes an invitation for a week. `token` is returned this once; whoever has it can accept. */
  async invite(
    wanted: { readonly organizationId: string; readonly email: string; readonly role: Role },
    actor: string,
  ): Promise<{ invitation: Invitation; token: string }> {
    const { database, clock, audit, pepper } = this.#parts;
    const { organizationId, role } = wanted;
    const email = wanted.email.trim().toLowerCase();
    const nowMs = clock.nowMs();
    const token = `tmi_${randomBytes(TOKEN_BYTES).toString("base64url")}`;
    const invitation = { id: uuidv7(nowMs), email, role, expiresAt: new Date(nowMs + INVITATION_DAYS * DAY_MS) };
    await database.transaction(async (session) => {
      await session.query("insert into invitation values ($1, $2, $3, $4, $5, $6, $7, $8)", [
        invitation.id,
        organizationId,
        email,
        role,
        hashKey(pepper, token),
        actor,
        new Date(nowMs),
        invitation.expiresAt,
      ]);
      const entry = { event: "member.invite", target: `invitation:${invitation.id}`, details: { email, role } };
      await audit.append(session, { organizationId, actor, ...entry });
    });
    return { invitation, token };
  }

  /** Those that nobody has accepted yet and that still can be, newest first. */
  async invitations(organizationId: string): Promise<Invitation[]> {
    const rows = await this.#parts.database.query<{ id: string; email: string; role: Role; expires_at: Date }>(
      `select id, email, role, expires_at from invitation
       where organization_id = $1 and accepted_at is null and expires_at > $2 order by created_at desc`,
      [organizationId, new Date(this.#parts.clock.nowMs())],
    );
    return rows.map(({ id, email, role, expires_at: expiresAt }) => ({ id, email, role, expiresAt }));
  }

  /** Takes an invitation back: its link opens nothing any more. Errors: `not_found`. */
  async withdraw(invitation: { readonly organizationId: string; readonly id: string }, actor: string): Promise<void> {
    const { organizationId, id } = invitation;
    await this.#parts.database.transaction(async (session) => {
      const [gone] = await session.query<{ email: string }>(
        "delete from invitation where organization_id = $1 and id::text = $2 and accepted_at is null returning email",
        [organizationId, id],
      );
      if (gone === undefined) throw new TramontaneError("not_found", `No open invitation ${id} in this organization.`);
      const entry = { event: "member.withdraw", target: `invitation:${id}`, details: { email: gone.email } };
      await this.#parts.audit.append(session, { organizationId, actor, ...entry });
    });
  }

  /**
   * Makes the invited person a member. Somebody who is known already shows it by his password; others choose one. Errors:
   * `not_found` when the invitation is unknown, used or expired, `unauthorized` when the password is not the known one.
   */
  async accept(accepted: {
    readonly token: string;
    readonly name: string;
    readonly password: string;
  }): Promise<Member> {
    const { database, clock, pepper, audit } = this.#parts;
    const now = new Date(clock.nowMs());
    const member = await database.transaction(async (session) => {
      const [invitation] = await session.query<{ organization_id: string; email: string; role: Role }>(
        `update invitation set accepted_at = $2 where token_hash = $1 and accepted_at is null and expires_at > $2
         returning organization_id, email, role`,
        [hashKey(pepper, accepted.token), now],
      );
      if (invitation === undefined)
        throw new TramontaneError("not_found", "This invitation is not valid, or not any more.");
      const { organization_id: organizationId, email, role } = invitation;
      const userId = await this.#userFor(session, email, accepted);
      await session.query(
        "insert into membership values ($1, $2, $3, $4) on conflict (user_id, organization_id) do update set role = excluded.role",
        [userId, organizationId, role, now],
      );
      const entry = { event: "member.join", target: `user:${userId}`, details: { email, role } };
      await audit.append(session, { organizationId, actor: `user:${userId}`, ...entry });
      return await readMember(session, organizationId, userId);
    });
    this.#changed();
    return member;
  }

  /** Whether nobody owns the organisation yet. */
  async hasNoOwner(organizationId: string): Promise<boolean> {
    const sql = "select 1 as found from membership where organization_id = $1 and role = 'owner' limit 1";
    return (await this.#parts.database.query(sql, [organizationId])).length === 0;
  }

  /**
   * Makes the first owner of the first organisation, where there is none: who was let in as an operator to do so, and is one
   * from then on. Errors: `conflict` when there is one, `invalid_request`
   * for a short password, `unauthorized` when the person is known and the password is not theirs.
   */
  async createFirstOwner(wanted: {
    readonly organizationId: string;
    readonly email: string;
    readonly name: string;
    readonly password: string;
  }): Promise<Member> {
    const { database, clock, audit } = this.#parts;
    const { organizationId } = wanted;
    const email = wanted.email.trim().toLowerCase();
    const member = await database.transaction(async (session) => {
      // One at a time, or two could each find nobody.
      await session.query("select id from organization where id = $1 for update", [organizationId]);
      const owners = await session.query(
        "select 1 as found from membership where organization_id = $1 and role = 'owner'",
        [organizationId],
      );
      if (owners.length > 0) throw new TramontaneError("conflict", "This installation has an owner already.");
      const userId = await this.#userFor(session, email, wanted);
      await session.query(
        `insert into membership (user_id, organization_id, role, created_at, is_operator) values ($1, $2, 'owner', $3, true)
         on conflict (user_id, organization_id) do update set role = 'owner', is_operator = true`,
        [userId, organizationId, new Date(clock.nowMs())],
      );
      const entry = { event: "member.first_owner", target: `user:${userId}`, details: { email, isOperator: true } };
      await audit.append(session, { organizationId, actor: `user:${userId}`, ...entry });
      return await readMember(session, organizationId, userId);
    });
    this.#changed();
    return member;
  }

  /** Errors: `not_found`, `conflict` when it would leave the organisation without its last owner. */
  async setRole(
    change: { readonly organizationId: string; readonly userId: string; readonly role: Role },
    actor: string,
  ): Promise<Member> {
    const { organizationId, userId, role } = change;
    return await this.#changeMember(change, actor, async (session) => {
      await session.query("update membership set role = $3 where organization_id = $1 and user_id = $2", [
        organizationId,
        userId,
        role,
      ]);
      return { event: "member.role", details: { role } };
    });
  }

  /** Lets a member run the installation, or no longer. Errors: `not_found`. */
  async setOperator(
    change: { readonly organizationId: string; readonly userId: string; readonly isOperator: boolean },
    actor: string,
  ): Promise<Member> {
    const { organizationId, userId, isOperator } = change;
    return await this.#changeMember(change, actor, async (session) => {
      await session.query("update membership set is_operator = $3 where organization_id = $1 and user_id = $2", [
        organizationId,
        userId,
        isOperator,
      ]);
      return { event: "member.operator", details: { isOperator } };
    });
  }

  /** Removes a member; his sessions there end at once. Errors as for `setRole`. */
  async remove(member: { readonly organizationId: string; readonly userId: string }, actor: string): Promise<Member> {
    const { organizationId, userId } = member;
    return await this.#changeMember(member, actor, async (session) => {
      for (const table of ["user_session", "membership"])
        await session.query(`delete from ${table} where organization_id = $1 and user_id = $2`, [
          organizationId,
          userId,
        ]);
      return { event: "member.remove", details: {} };
    });
  }

  async #changeMember(
    { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
    actor: string,
    change: (session: Queryable) => Promise<{ event: string; details: Record<string, unknown> }>,
  ): Promise<Member> {
    const member = await this.#parts.database.transaction(async (session) => {
      // One change of members at a time, or two owners could remove each other.
      const owners = await session.query(
        "select user_id from membership where organization_id = $1 and role = 'owner' for update",
        [organizationId],
      );
      const before = await readMember(session, organizationId, userId);
      const done = await change(session);
      const left = await session.query(
        "select 1 as found from membership where organization_id = $1 and role = 'owner'",
        [organizationId],
      );
      if (owners.length > 0 && left.length === 0) {
        throw new TramontaneError("conflict", "The last owner cannot go: make somebody else an owner first.");
      }
      await this.#parts.audit.append(session, { organizationId, actor, target: `user:${userId}`, ...done });
      const [after] = await session.query<MemberRow>(`${SELECT} where m.organization_id = $1 and m.user_id = $2`, [
        organizationId,
        userId,
      ]);
      return after === undefined ? before : toMember(after);
    });
    this.#changed();
    return member;
  }

  async #userFor(
    session: Queryable,
    email: string,
    { name, password }: { name: string; password: string },
  ): Promise<string> {
    const [known] = await session.query<{ id: string; password_hash: string | null }>(
      "select id, password_hash from app_user where email = $1",
      [email],
    );
    if (known !== undefined) {
      if (await isPassword(password, known.password_hash ?? undefined)) return known.id;
      throw new TramontaneError("unauthorized", "This person is known here, and the password is not theirs.");
    }
    const nowMs = this.#parts.clock.nowMs();
    const id = uuidv7(nowMs);
    await session.query(
      "insert into app_user (id, email, name, password_hash, created_at) values ($1, $2, $3, $4, $5)",
      [id, email, name, await hashPassword(password), new Date(nowMs)],
    );
    return id;
  }

  #changed(): void {
    for (const listener of this.#onChange) listener();
  }
}

async function readMember(session: Queryable, organizationId: string, userId: string): Promise<Member> {
  const [row] = await session.query<MemberRow>(`${SELECT} where m.organization_id = $1 and m.user_id::text = $2`, [
    organizationId,
    userId,
  ]);
  if (row === undefined) throw new TramontaneError("not_found", `No member ${userId} in this organization.`);
  return toMember(row);
}

const toMember = (row: MemberRow): Member => ({
  userId: row.user_id,
  email: row.email,
  name: row.name,
  role: row.role,
  isOperator: row.is_operator,
  since: row.created_at,
});
