import type { ChatToolName } from "./requests.ts";

/** The words between the chat app and its server (`/api/*`). Times are milliseconds since the epoch. */

export type MessageStatus =
  | "complete"
  /** A run is writing it now. */
  | "streaming"
  /** Somebody pressed Stop; what was written is kept. */
  | "stopped"
  /** The server went down while it was written; what was saved is kept, and it can be continued. */
  | "interrupted"
  | "failed"
  /** A rule of the workspace's policy withheld it. */
  | "refused";

export interface Conversation {
  readonly id: string;
  readonly title: string;
  readonly pinned: boolean;
  readonly model: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Present while the conversation is shared inside the workspace: the last part of its link. */
  readonly shareToken: string | null;
}

export interface ThreadMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly parentId: string | null;
  readonly role: "user" | "assistant";
  readonly content: string;
  readonly status: MessageStatus;
  readonly createdAtMs: number;
  readonly details: MessageDetails;
  /** The alternatives at this point of the conversation, oldest first, itself included. */
  readonly siblings: readonly string[];
  /** Present while a run writes it. */
  readonly runId?: string;
}

/** What only some messages have. */
export interface MessageDetails {
  readonly model?: string;
  readonly usage?: AnswerUsage;
  readonly finish?: "stop" | "length" | "context";
  readonly error?: AnswerFault;
  readonly policy?: PolicyDecision;
  /** Let through although the policy's judge failed. */
  readonly unjudged?: UnjudgedNote;
  readonly attachments?: readonly Attachment[];
  /** How many of the oldest messages did not fit the model's context and were not sent with this one. */
  readonly trimmedMessages?: number;
  /** The JSON Schema the answer was held to. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** What the model thought on the way; never sent back to it. */
  readonly thinking?: string;
  /** The tools of this server that the answer might use. */
  readonly tools?: ChatTools;
  /** Those it did use, in order. */
  readonly toolCalls?: readonly ToolCallView[];
}

/** Why an answer failed. */
export interface AnswerFault {
  readonly code: string;
  readonly message: string;
  /** From when on it is worth trying again. */
  readonly retryAtMs?: number;
}

export interface ChatTools {
  readonly names: readonly ChatToolName[];
  /** Whether somebody is asked before each call. */
  readonly ask: boolean;
}

export interface ToolCallView {
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it. */
  readonly arguments: string;
  readonly status:
    /** For somebody's consent. */
    "waiting" | "running" | "done" | "failed" | "denied";
  /** What it gave back, or why it gave nothing back. */
  readonly result?: string;
  readonly ms?: number;
  /** Characters of the answer that stand before it. */
  readonly at: number;
}

export interface AnswerUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly timeToFirstTokenMs: number;
  /** While decoding; undefined for answers too short to measure. */
  readonly tokensPerSecond?: number;
  readonly cost?: { readonly amountMicros: number; readonly currency: string };
}

/** What an answer waits for before it begins. */
export type AnswerWait =
  /** Its place in the line for the model, 1 being next; `waitMs` how long that will probably take. */
  | { readonly kind: "line"; readonly position: number; readonly waitMs?: number }
  /** The model is being loaded; `fraction` in [0, 1]. */
  | { readonly kind: "loading"; readonly fraction: number };

export interface PolicyDecision {
  readonly action: "warn" | "refuse";
  /** The rule in the administrator's own words. */
  readonly rule: string;
  readonly category: string;
  /** Certainty in [0, 1]. */
  readonly score: number;
  /** The rule's number. */
  readonly number?: number;
  /** Whether the question or the answer broke it. */
  readonly stage?: "input" | "output";
  /** The refusal in the language of the question. */
  readonly message?: string;
  /** What the moderation log knows the refused request by. */
  readonly requestId?: string;
}

/** The rules that nobody held a question or its answer to. */
export interface UnjudgedNote {
  readonly stage: "input" | "output";
  /** The version of the rules, and what the administrator calls it. */
  readonly version: number;
  readonly note?: string;
}

/** A file that travels with a message, as text. */
export interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly text: string;
  /** Of a document that has some. */
  readonly pages?: number | undefined;
}

export interface MessagePage {
  /** Messages on the branch shown, from its first to its last. */
  readonly total: number;
  /** Position of `messages[0]` on that branch. */
  readonly from: number;
  readonly messages: readonly ThreadMessage[];
}

export interface AppModel {
  readonly id: string;
  readonly description?: string;
  readonly contextTokens: number;
  /** Decoding speed of recent answers on this server. */
  readonly tokensPerSecond?: number;
  readonly capabilities: { readonly tools: boolean; readonly json: boolean; readonly vision: boolean };
  readonly price?: {
    readonly inputMicrosPerMillionTokens: number;
    readonly outputMicrosPerMillionTokens: number;
    readonly currency: string;
  };
  /** Whether it answers now; a model that is not deployed is shown, greyed. */
  readonly ready: boolean;
  /** Not here yet, but this machine could serve it. */
  readonly canBeDeployed?: true;
}

export interface AppUser {
  readonly id: string;
  readonly name: string;
  readonly workspaceId: string;
  readonly workspaceName: string;
  /** What they may do, in the words of API keys' scopes. */
  readonly scopes: readonly string[];
  /** The port of this server that the console is on; absent: the one they are on. */
  readonly consolePort?: number;
}

/** A workspace that somebody may enter. */
export interface AppWorkspace {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  readonly organizationName: string;
}

/** A browser that somebody is signed in with. */
export interface AppSession {
  readonly id: string;
  /** Such as "Firefox · Linux"; null: unknown. */
  readonly browser: string | null;
  readonly createdAtMs: number;
  /** The one that asks. */
  readonly isCurrent: boolean;
}

export interface SearchHit {
  readonly conversationId: string;
  readonly title: string;
  readonly messageId: string | null;
  /** The text around the match. */
  readonly excerpt: string;
  readonly updatedAtMs: number;
}

/** Where a text stands in the branch shown of a conversation. */
export interface FoundMessage {
  readonly messageId: string;
  /** Position on that branch; its first message has 0. */
  readonly position: number;
}

/** Something that takes longer than one waits for it: a model on its way, a batch, documents being read. */
export interface JobView {
  readonly id: string;
  readonly kind: "pull" | "batch" | "library";
  /** What it is about: a model's or a library's name. */
  readonly name: string;
  readonly state: "running" | "done" | "failed" | "cancelled";
  /** How much is done, in [0, 1]. */
  readonly fraction: number;
}

/** What `GET /api/events` sends: one stream per visible tab, for all runs of its user. */
export type AppEvent =
  /** First on every connection. `resumed` false: what was known of running answers is void; snapshots of all of them follow. */
  | { readonly type: "hello"; readonly resumed: boolean }
  /** The whole text of a running answer so far; replaces what the client has. */
  | {
      readonly type: "snapshot";
      readonly runId: string;
      readonly conversationId: string;
      readonly messageId: string;
      readonly text: string;
      readonly tokens: number;
      readonly thinking: string;
      readonly toolCalls: readonly ToolCallView[];
      readonly wait?: AnswerWait;
    }
  /** It has not begun, and waits for this. */
  | { readonly type: "wait"; readonly runId: string; readonly wait: AnswerWait }
  | { readonly type: "delta"; readonly runId: string; readonly text: string; readonly tokens: number }
  /** More of what the model thinks before it answers. */
  | { readonly type: "thought"; readonly runId: string; readonly text: string }
  /** A call was made, or its state changed. */
  | { readonly type: "tool"; readonly runId: string; readonly call: ToolCallView }
  /** The run is over; `message` is what the server keeps. */
  | { readonly type: "end"; readonly runId: string; readonly message: ThreadMessage }
  /** All long jobs the user may follow; replaces those known. */
  | { readonly type: "jobs"; readonly jobs: readonly JobView[] }
  | { readonly type: "conversation"; readonly conversation: Conversation }
  | { readonly type: "conversation_deleted"; readonly conversationId: string };
