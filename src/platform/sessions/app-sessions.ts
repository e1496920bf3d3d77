import type { AppSession, AppUser, AppWorkspace } from "#protocol";
import type { Caller } from "../tenancy/caller.ts";

/** Somebody signed in to the web app: who asks, and how the app names them. */
export interface SignedIn {
  readonly caller: Caller;
  readonly user: AppUser;
}

/** Sign-ins of the web app. A token is handed out once and kept only as a hash. */
export interface AppSessions {
  /**
   * Exchanges an API key or a sign-in link's secret for a session token; undefined when the secret opens nothing. `browser`
   * is what its owner will know the session by.
   */
  signIn(
    secret: string,
    browser?: string,
  ): Promise<{ readonly token: string; readonly signedIn: SignedIn } | undefined>;
  find(token: string): Promise<SignedIn | undefined>;
  signOut(token: string): Promise<void>;
  /** Workspaces that whoever has this session may enter; of a key, the one it belongs to. */
  workspaces(token: string): Promise<readonly AppWorkspace[]>;
  /** Goes on in another of them; undefined when it is none of theirs. */
  enter(token: string, workspaceId: string): Promise<SignedIn | undefined>;
  /** All sessions of whoever has this one, newest first. */
  list(token: string): Promise<readonly AppSession[]>;
  /** Ends one of them; undefined when it is none of theirs. */
  end(token: string, id: string): Promise<Pick<AppSession, "isCurrent"> | undefined>;
  /** Ends all but this one. */
  endOthers(token: string): Promise<void>;
}

export const SESSION_DAYS = 30;
