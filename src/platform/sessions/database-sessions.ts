import { createHash, randomBytes } from "node:crypto";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AppSession, AppWorkspace } from "#protocol";
import type { Database } from "../storage/database.ts";
import { scopesOf } from "../tenancy/caller.ts";
import type { Caller, Role, Scope } from "../tenancy/caller.ts";
import { MAY_ENTER } from "../tenancy/workspace-members.ts";
import type { WorkspaceMembers } from "../tenancy/workspace-members.ts";
import type { CredentialHeaders } from "../tenancy/authenticator.ts";
import { SESSION_DAYS } from "./app-sessions.ts";
import type { AppSessions, SignedIn } from "./app-sessions.ts";
import type { SignInLinks } from "./sign-in-links.ts";

export interface DatabaseSessionsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly links: SignInLinks;
  readonly workspaceMembers: Pick<WorkspaceMembers, "openTo">;
  readonly authenticate: (headers: CredentialHeaders) => Promise<Caller>;
}

interface SessionRow {
  organization_id: string;
  workspace_id: string;
  workspace_name: string;
  key_id: string | null;
  key_name: string | null;
  user_id: string | null;
  user_name: string | null;
  role: Role | null;
  is_operator: boolean | null;
  scopes: Scope[];
  models: string[] | null;
}

/** Names a session to its owner; who has it cannot make the token of it. */
const SESSION_ID = "encode(substring(s.token_hash from 1 for 12), 'hex')";
/** Sessions of whoever has the session $1: of a person in all their workspaces. */
const OF_THE_SAME = `exists (select 1 from app_session mine where mine.token_hash = $1
  and s.user_id is not distinct from mine.user_id and s.key_id is not distinct from mine.key_id
  and (mine.user_id is not null or s.workspace_id = mine.workspace_id))`;

/** Sessions in the platform's database: they outlive the server's restarts, and end with the key or the membership they were opened with. */
export class DatabaseSessions implements AppSessions {
  readonly #parts: DatabaseSessionsParts;

  constructor(parts: DatabaseSessionsParts) {
    this.#parts = parts;
  }

  async signIn(secret: string, browser?: string) {
    const caller = this.#parts.links.use(secret) ?? (await this.#callerOfKey(secret));
    if (!caller) return undefined;
    const token = randomBytes(32).toString("base64url");
    const nowMs = this.#parts.clock.nowMs();
    await this.#parts.database.query("delete from app_session where expires_at_ms <= $1", [nowMs]);
    await this.#parts.database.query(
      `insert into app_session (token_hash, organization_id, workspace_id, key_id, scopes, models, created_at_ms, expires_at_ms, user_id, browser)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        digest(token),
        caller.organizationId,
        caller.workspaceId,
        caller.keyId ?? null,
        [...caller.scopes],
        caller.models ? [...caller.models] : null,
        nowMs,
        nowMs + SESSION_DAYS * 86_400_000,
        caller.userId ?? null,
        browser ?? null,
      ],
    );
    const signedIn = await this.find(token);
    return signedIn && { token, signedIn };
  }

  async find(token: string): Promise<SignedIn | undefined> {
    const [row] = await this.#parts.database.query<SessionRow>(
      `select s.organization_id, s.workspace_id, w.name as workspace_name, s.key_id, k.name as key_name, s.scopes, s.models,
           s.user_id, u.name as user_name, m.role, m.is_operator
         from app_session s join workspace w on w.id = s.workspace_id
         join organization o on o.id = s.organization_id and o.status = 'active' left join api_key k on k.id = s.key_id
         left join app_user u on u.id = s.user_id
         left join membership m on m.user_id = s.user_id and m.organization_id = s.organization_id
         where s.token_hash = $1 and s.expires_at_ms > $2 and k.revoked_at is null
           and (s.user_id is null or m.user_id is not null and ${MAY_ENTER})
           and (k.expires_at is null or k.expires_at > to_timestamp($2::bigint / 1000.0))`,
      [digest(token), this.#parts.clock.nowMs()],
    );
    return row && toSignedIn(row);
  }

  async signOut(token: string): Promise<void> {
    await this.#parts.database.query("delete from app_session where token_hash = $1", [digest(token)]);
  }

  async workspaces(token: string): Promise<readonly AppWorkspace[]> {
    const signedIn = await this.find(token);
    if (!signedIn) return [];
    const { userId, organizationId } = signedIn.caller;
    if (userId !== undefined) return await this.#parts.workspaceMembers.openTo(userId);
    const { workspaceId: id, workspaceName: name } = signedIn.user;
    return [{ id, name, organizationId, organizationName: "" }];
  }

  async enter(token: string, workspaceId: string): Promise<SignedIn | undefined> {
    const rows = await this.#parts.database.query(
      `update app_session s set workspace_id = w.id, organization_id = w.organization_id
       from workspace w join organization o on o.id = w.organization_id and o.status = 'active'
       join membership m on m.organization_id = w.organization_id
       where s.token_hash = $1 and m.user_id = s.user_id and w.id::text = $2 and ${MAY_ENTER} returning w.id`,
      [digest(token), workspaceId],
    );
    return rows.length === 0 ? undefined : await this.find(token);
  }

  async list(token: string): Promise<readonly AppSession[]> {
    const rows = await this.#parts.database.query<{
      id: string;
      browser: string | null;
      created_at_ms: bigint;
      is_current: boolean;
    }>(
      `select ${SESSION_ID} as id, s.browser, s.created_at_ms, s.token_hash = $1 as is_current
         from app_session s where ${OF_THE_SAME} and s.expires_at_ms > $2 order by s.created_at_ms desc`,
      [digest(token), this.#parts.clock.nowMs()],
    );
    return rows.map((row) => ({
      id: row.id,
      browser: row.browser,
      createdAtMs: Number(row.created_at_ms),
      isCurrent: row.is_current,
    }));
  }

  async end(token: string, id: string): Promise<Pick<AppSession, "isCurrent"> | undefined> {
    const [row] = await this.#parts.database.query<{ is_current: boolean }>(
      `delete from app_session s where ${OF_THE_SAME} and ${SESSION_ID} = $2 returning s.token_hash = $1 as is_current`,
      [digest(token), id],
    );
    return row && { isCurrent: row.is_current };
  }

  async endOthers(token: string): Promise<void> {
    await this.#parts.database.query(`delete from app_session s where ${OF_THE_SAME} and s.token_hash <> $1`, [
      digest(token),
    ]);
  }

  async #callerOfKey(secret: string): Promise<Caller | undefined> {
    try {
      return await this.#parts.authenticate({ "api-key": secret });
    } catch (error) {
      if (error instanceof TramontaneError && error.code === "unauthorized") return undefined;
      throw error;
    }
  }
}

/** A member's conversations and a key's are its own; those of this machine's sign-in link belong to its owner. */
function toSignedIn(row: SessionRow): SignedIn {
  // What a member may do may have changed since.
  const scopes = row.role === null ? row.scopes : scopesOf({ role: row.role, isOperator: row.is_operator === true });
  const caller: Caller = {
    organizationId: row.organization_id,
    workspaceId: row.workspace_id,
    keyId: row.key_id ?? undefined,
    userId: row.user_id ?? undefined,
    scopes: new Set(scopes),
    models: row.models === null ? undefined : new Set(row.models),
  };
  const user = {
    id: row.user_id !== null ? `user:${row.user_id}` : row.key_id === null ? "owner" : `key:${row.key_id}`,
    name: row.user_name ?? row.key_name ?? "owner",
    workspaceId: row.workspace_id,
    workspaceName: row.workspace_name,
    scopes: [...scopes],
  };
  return { caller, user };
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
