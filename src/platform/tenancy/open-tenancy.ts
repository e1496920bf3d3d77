import type { Clock, Logger } from "#base";
import { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../storage/database.ts";
import { ApiKeys } from "./api-keys.ts";
import { Authenticator } from "./authenticator.ts";
import type { CredentialHeaders } from "./authenticator.ts";
import type { Caller } from "./caller.ts";
import { MemberSessions } from "./member-sessions.ts";
import { Members } from "./members.ts";
import { recognise } from "./member-identity.ts";
import { OidcLogin } from "./oidc-login.ts";
import type { OidcSettings } from "./oidc-login.ts";
import { Organizations } from "./organizations.ts";
import type { Workspace } from "./organizations.ts";
import { WorkspaceMembers } from "./workspace-members.ts";
import { loadPepper } from "./pepper.ts";

export interface TenancyOptions {
  /** Migrated. */
  readonly database: Database;
  /** Where the pepper of the key hashes is kept. */
  readonly directory: string;
  /** A key that works for everything in the first workspace, whatever else there is; undefined: only made keys work. */
  readonly configuredKey: string | undefined;
  /** An OpenID provider to sign in at. */
  readonly oidc?: OidcSettings | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Signing in at the OpenID provider. */
export interface ProviderSignIn {
  /** Where to send the browser, and what it must bring back. */
  begin(): Promise<{ readonly url: URL; readonly flow: string }>;
  /** A new session's token for the member who came back. Errors: `unauthorized`. */
  finish(query: string, flow: string | undefined): Promise<{ readonly token: string }>;
}

/** Who is who, ready to use. */
export interface Tenancy {
  readonly organizations: Organizations;
  readonly keys: ApiKeys;
  readonly members: Members;
  readonly sessions: MemberSessions;
  readonly workspaceMembers: WorkspaceMembers;
  readonly audit: AuditLog;
  readonly providerSignIn: ProviderSignIn | undefined;
  /** The workspace that every installation starts with. */
  readonly firstWorkspace: Workspace;
  authenticate(headers: CredentialHeaders): Promise<Caller>;
  close(): Promise<void>;
}

/** Makes the first organisation and workspace on the first start, and lets the configured key in. */
export async function openTenancy(options: TenancyOptions): Promise<Tenancy> {
  const { database, clock, logger } = options;
  const pepper = loadPepper(options.directory);
  const audit = new AuditLog({ database, clock });
  const organizations = new Organizations({ database, clock, audit });
  const keys = new ApiKeys({ database, clock, audit, pepper });
  const firstWorkspace = await organizations.ensureFirst();
  if (options.configuredKey !== undefined) {
    await keys.configure(options.configuredKey, {
      organizationId: firstWorkspace.organizationId,
      workspaceId: firstWorkspace.id,
    });
  }
  const members = new Members({ database, clock, audit, pepper });
  const sessions = new MemberSessions({ database, clock, audit, pepper });
  const memberParts = { database, clock, audit, pepper };
  const oidc = options.oidc && new OidcLogin({ settings: options.oidc, pepper, clock });
  const authenticator = new Authenticator({ keys, sessions, pepper, clock, logger });
  members.onChange(() => authenticator.forget());
  return {
    organizations,
    keys,
    members,
    sessions,
    workspaceMembers: new WorkspaceMembers({ database, clock, audit }),
    audit,
    providerSignIn: oidc && {
      begin: () => oidc.begin(),
      finish: async (query, flow) => await sessions.open(await recognise(memberParts, await oidc.finish(query, flow))),
    },
    firstWorkspace,
    authenticate: (headers) => authenticator.authenticate(headers),
    close: () => authenticator.close(),
  };
}
