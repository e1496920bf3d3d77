import type { Clock, Logger } from "#base";
import { Activity } from "../activity/activity.ts";
import type { BackOffice } from "../back-office.ts";
import type { Catalog } from "../catalog.ts";
import type { Inference } from "../inference/inference.ts";
import type { ModelOffers } from "../pull/model-offers.ts";
import type { AppSessions } from "../sessions/app-sessions.ts";
import { DatabaseSessions } from "../sessions/database-sessions.ts";
import { SignInLinks } from "../sessions/sign-in-links.ts";
import { SCOPES } from "../tenancy/caller.ts";
import type { Caller } from "../tenancy/caller.ts";
import { AnswerPrices } from "./answer-prices.ts";
import { Chats } from "./chats.ts";
import { DatabaseChatStore } from "./database-chat-store.ts";
import { Embedder } from "../libraries/embed-texts.ts";
import { InferenceAnswerer } from "./inference-answerer.ts";
import { PassageRanker } from "./passage-ranker.ts";

export interface ChatAppOptions {
  readonly office: Pick<
    BackOffice,
    "database" | "authenticate" | "firstWorkspace" | "prices" | "members" | "sessions" | "workspaceMembers"
  >;
  readonly inference: Inference;
  readonly catalog: Catalog;
  /** What could be served besides. */
  readonly offers?: Pick<ModelOffers, "list"> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Making the account of whoever owns this installation. */
export interface Setup {
  isNeeded(): Promise<boolean>;
  /** The token of their first session. Errors: `conflict` when there is an owner, `invalid_request` for a short password. */
  createOwner(account: { readonly name: string; readonly email: string; readonly password: string }): Promise<string>;
}

/** Whom people may turn to. */
export interface Contacts {
  /** Who administers the caller's organisation. */
  administratorsOf(caller: Caller): Promise<readonly { readonly name: string; readonly email: string }[]>;
}

/** What stands behind the web app. */
export interface ChatApp {
  readonly chats: Chats;
  readonly sessions: AppSessions;
  /** The path of a link that signs the owner of this installation in, once, within the hour. For a terminal, never a log. */
  issueSignInPath(): string;
  /** The path of a link by which its owner's account is made; undefined when there is one. */
  issueSetupPath(): Promise<string | undefined>;
  readonly setup: Setup;
  readonly contacts: Contacts;
  readonly activity: Activity;
  /** Interrupts what is being written; nothing is lost. Before the engine and the store close. */
  close(): Promise<void>;
}

export async function openChatApp(options: ChatAppOptions): Promise<ChatApp> {
  const { office, clock, logger } = options;
  const links = new SignInLinks(clock);
  const chats = await Chats.open({
    store: new DatabaseChatStore(office.database),
    answerer: new InferenceAnswerer({
      ...options,
      prices: new AnswerPrices({ ...office, clock }),
      ranker: new PassageRanker(new Embedder(options)),
    }),
    clock,
    logger,
  });
  const owner = {
    organizationId: office.firstWorkspace.organizationId,
    workspaceId: office.firstWorkspace.id,
    keyId: undefined,
    userId: undefined,
    scopes: new Set(SCOPES),
    models: undefined,
  };
  const { members } = office;
  const { organizationId } = office.firstWorkspace;
  const setup: Setup = {
    isNeeded: () => members.hasNoOwner(organizationId),
    async createOwner(account) {
      const { userId } = await members.createFirstOwner({ organizationId, ...account });
      return (await office.sessions.open({ userId, organizationId })).token;
    },
  };
  return {
    chats,
    setup,
    contacts: {
      async administratorsOf({ organizationId: id }) {
        const found = (await members.list(id)).filter(({ role }) => role === "owner" || role === "admin");
        return found.map(({ name, email }) => ({ name, email }));
      },
    },
    activity: new Activity({ database: office.database, clock, firstOrganizationId: organizationId }),
    sessions: new DatabaseSessions({
      ...office,
      clock,
      links,
      authenticate: (headers) => office.authenticate(headers),
    }),
    issueSignInPath: () => `/login#key=${links.issue(owner)}`,
    issueSetupPath: async () => ((await setup.isNeeded()) ? `/setup#key=${links.issue(owner)}` : undefined),
    close: () => chats.close(),
  };
}
