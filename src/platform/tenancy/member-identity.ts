import { TramontaneError } from "#base";
import { uuidv7 } from "../uuid.ts";
import type { Queryable } from "../storage/database.ts";
import type { MembersParts } from "./members.ts";
import type { Role } from "./caller.ts";

/** Somebody as an OpenID provider knows them. */
export interface Identity {
  readonly issuer: string;
  /** The provider's own name for the person: never changes, unlike addresses. */
  readonly subject: string;
  /** In lower case, and only when the provider has verified it. */
  readonly email: string | undefined;
  readonly name: string | undefined;
}

interface Membership {
  readonly userId: string;
  readonly organizationId: string;
}

/**
 * The member that an identity belongs to: known by its subject, or by its verified address, or invited by it; open invitations to
 * the address are accepted. Errors: `unauthorized` for somebody whom nobody invited.
 */
export async function recognise({ database, clock, audit }: MembersParts, identity: Identity): Promise<Membership> {
  const { issuer, subject, email, name } = identity;
  const now = new Date(clock.nowMs());
  return await database.transaction(async (session) => {
    const invitations =
      email === undefined
        ? []
        : await session.query<{ organization_id: string; role: Role }>(
            `update invitation set accepted_at = $2 where email = $1 and accepted_at is null and expires_at > $2
             returning organization_id, role`,
            [email, now],
          );
    const userId = (await findUser(session, identity)) ?? (invitations.length > 0 ? uuidv7(now.getTime()) : undefined);
    if (userId === undefined) throw stranger(email);
    await session.query(
      `insert into app_user (id, email, name, oidc_issuer, oidc_subject, created_at) values ($1, $2, $3, $4, $5, $6)
       on conflict (id) do update set oidc_issuer = excluded.oidc_issuer, oidc_subject = excluded.oidc_subject`,
      [
        userId,
        email ?? `${subject}@${new URL(issuer).hostname}`.toLowerCase(),
        name ?? email ?? subject,
        issuer,
        subject,
        now,
      ],
    );
    for (const { organization_id: organizationId, role } of invitations) {
      // Whoever is a member already keeps the role: an old invitation must not raise it.
      await session.query("insert into membership values ($1, $2, $3, $4) on conflict do nothing", [
        userId,
        organizationId,
        role,
        now,
      ]);
      const entry = { event: "member.join", target: `user:${userId}`, details: { email, role, issuer } };
      await audit.append(session, { organizationId, actor: `user:${userId}`, ...entry });
    }
    const [membership] = await session.query<{ organization_id: string }>(
      "select organization_id from membership where user_id = $1 order by created_at limit 1",
      [userId],
    );
    if (membership === undefined) throw stranger(email);
    return { userId, organizationId: membership.organization_id };
  });
}

/** By subject first. An address finds only somebody who has not signed in at a provider yet. */
async function findUser(session: Queryable, { issuer, subject, email }: Identity): Promise<string | undefined> {
  const [known] = await session.query<{ id: string }>(
    "select id from app_user where oidc_issuer = $1 and oidc_subject = $2",
    [issuer, subject],
  );
  if (known !== undefined || email === undefined) return known?.id;
  const [same] = await session.query<{ id: string; oidc_subject: string | null }>(
    "select id, oidc_subject from app_user where email = $1",
    [email],
  );
  if (same === undefined) return undefined;
  if (same.oidc_subject === null) return same.id;
  throw new TramontaneError("unauthorized", "This address belongs to somebody else's sign-in.");
}

function stranger(email: string | undefined): TramontaneError {
  const who = email === undefined ? "The provider names no verified address, and this person" : `${email}`;
  return new TramontaneError("unauthorized", `${who} is not a member here.`, {
    hint: "Ask an administrator for an invitation.",
  });
}
