import type { FoundMessage, MessageDetails, SearchHit } from "#protocol";
import type { Database, Queryable } from "../storage/database.ts";
import { excerptAround, MOST_FOUND } from "./chat-store.ts";
import type {
  ChatOwner,
  ChatStore,
  ConversationPatch,
  MessagePatch,
  SentPair,
  StoredConversation,
  StoredMessage,
} from "./chat-store.ts";

interface ConversationRow {
  id: string;
  title: string;
  pinned: boolean;
  model: string | null;
  created_at_ms: bigint;
  updated_at_ms: bigint;
  share_token: string | null;
  leaf_id: string | null;
}

interface MessageRow {
  id: string;
  conversation_id: string;
  parent_id: string | null;
  depth: number;
  role: StoredMessage["role"];
  content: string;
  status: StoredMessage["status"];
  details: MessageDetails;
  created_at_ms: bigint;
}

const CONVERSATION = "c.id, c.title, c.pinned, c.model, c.created_at_ms, c.updated_at_ms, c.share_token, c.leaf_id";
const MESSAGE = "id, conversation_id, parent_id, depth, role, content, status, details, created_at_ms";
const OWNED = "c.workspace_id = $1 and c.user_id = $2";

/** Column of each part of a conversation that can change. */
const COLUMN: Readonly<Record<keyof ConversationPatch, string>> = {
  title: "title",
  pinned: "pinned",
  model: "model",
  leafId: "leaf_id",
  shareToken: "share_token",
  updatedAtMs: "updated_at_ms",
};

/** Conversations in the platform's database. Opening a page of a long branch reads that page alone, by its parents. */
export class DatabaseChatStore implements ChatStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async createConversation(owner: ChatOwner, conversation: StoredConversation): Promise<void> {
    const { id, title, pinned, model, createdAtMs, updatedAtMs, shareToken } = conversation;
    await this.#database.query(
      `insert into chat_conversation (workspace_id, user_id, id, title, pinned, model, created_at_ms, updated_at_ms, share_token)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [owner.workspaceId, owner.userId, id, storable(title), pinned, model, createdAtMs, updatedAtMs, shareToken],
    );
  }

  async listConversations(owner: ChatOwner): Promise<StoredConversation[]> {
    const rows = await this.#database.query<ConversationRow>(
      `select ${CONVERSATION} from chat_conversation c where ${OWNED} order by c.updated_at_ms desc`,
      [owner.workspaceId, owner.userId],
    );
    return rows.map(toConversation);
  }

  async conversation(owner: ChatOwner, id: string): Promise<StoredConversation | undefined> {
    if (!isUuid(id)) return undefined;
    const [row] = await this.#database.query<ConversationRow>(
      `select ${CONVERSATION} from chat_conversation c where ${OWNED} and c.id = $3`,
      [owner.workspaceId, owner.userId, id],
    );
    return row && toConversation(row);
  }

  async updateConversation(owner: ChatOwner, id: string, patch: ConversationPatch) {
    if (!isUuid(id)) return undefined;
    const parts = Object.entries(patch) as [keyof ConversationPatch, string | number | boolean | null][];
    if (parts.length === 0) return this.conversation(owner, id);
    const assignments = parts.map(([part], index) => `${COLUMN[part]} = $${index + 4}`).join(", ");
    const [row] = await this.#database.query<ConversationRow>(
      `update chat_conversation c set ${assignments} where ${OWNED} and c.id = $3 returning ${CONVERSATION}`,
      [
        owner.workspaceId,
        owner.userId,
        id,
        ...parts.map(([, value]) => (typeof value === "string" ? storable(value) : value)),
      ],
    );
    return row && toConversation(row);
  }

  async deleteConversation(owner: ChatOwner, id: string): Promise<boolean> {
    if (!isUuid(id)) return false;
    const rows = await this.#database.query(
      `delete from chat_conversation c where ${OWNED} and c.id = $3 returning c.id`,
      [owner.workspaceId, owner.userId, id],
    );
    return rows.length > 0;
  }

  async sharedConversation(workspaceId: string, shareToken: string): Promise<StoredConversation | undefined> {
    const [row] = await this.#database.query<ConversationRow>(
      `select ${CONVERSATION} from chat_conversation c where c.workspace_id = $1 and c.share_token = $2`,
      [workspaceId, shareToken],
    );
    return row && toConversation(row);
  }

  async append(conversationId: string, messages: readonly StoredMessage[], idempotencyKey?: string): Promise<void> {
    const last = messages.at(-1)!;
    await this.#database.transaction(async (session) => {
      for (const message of messages) await insertMessage(session, message);
      await session.query("update chat_conversation set leaf_id = $2, updated_at_ms = $3 where id = $1", [
        conversationId,
        last.id,
        last.createdAtMs,
      ]);
      if (idempotencyKey === undefined) return;
      await session.query(
        "insert into chat_send (conversation_id, idempotency_key, question_id, answer_id) values ($1, $2, $3, $4)",
        [conversationId, idempotencyKey, messages[0]!.id, last.id],
      );
    });
  }

  async sentUnder(conversationId: string, idempotencyKey: string): Promise<SentPair | undefined> {
    const [row] = await this.#database.query<{ question_id: string; answer_id: string }>(
      "select question_id, answer_id from chat_send where conversation_id = $1 and idempotency_key = $2",
      [conversationId, idempotencyKey],
    );
    return row && { userMessageId: row.question_id, answerId: row.answer_id };
  }

  async message(owner: ChatOwner, id: string): Promise<StoredMessage | undefined> {
    if (!isUuid(id)) return undefined;
    const [row] = await this.#database.query<MessageRow>(
      `select ${MESSAGE} from chat_message where id = $3 and exists (
         select 1 from chat_conversation c where c.id = conversation_id and ${OWNED})`,
      [owner.workspaceId, owner.userId, id],
    );
    return row && toMessage(row);
  }

  async updateMessage(id: string, { content, status, details }: MessagePatch): Promise<void> {
    await this.#database.query(
      `update chat_message set content = coalesce($2, content), status = coalesce($3, status),
         details = coalesce($4::jsonb, details) where id = $1`,
      [id, content === undefined ? null : storable(content), status ?? null, details ? asJsonb(details) : null],
    );
  }

  async path(conversationId: string, lastId: string, limit: number): Promise<StoredMessage[]> {
    const rows = await this.#database.query<MessageRow>(
      `with recursive up as (
         select ${MESSAGE}, 1::bigint as step from chat_message where id = $2 and conversation_id = $1
         union all
         select ${MESSAGE.replaceAll(/\w+/g, "m.$&")}, up.step + 1 from chat_message m join up on m.id = up.parent_id
           where up.step < $3::bigint
       ) select ${MESSAGE} from up order by depth`,
      [conversationId, lastId, limit],
    );
    return rows.map(toMessage);
  }

  async children(conversationId: string, parentIds: readonly (string | null)[]) {
    const found = new Map<string | null, string[]>(parentIds.map((id) => [id, []]));
    const rows = await this.#database.query<{ id: string; parent_id: string | null }>(
      `select id, parent_id from chat_message where conversation_id = $1
         and (parent_id = any($2::uuid[]) or ($3 and parent_id is null)) order by ordinal`,
      [conversationId, parentIds.filter((id) => id !== null), parentIds.includes(null)],
    );
    for (const { id, parent_id } of rows) found.get(parent_id)?.push(id);
    return found;
  }

  async newestLeafUnder(conversationId: string, messageId: string): Promise<string> {
    const [row] = await this.#database.query<{ id: string }>(
      `with recursive down as (
         select id, 0 as step from chat_message where id = $2 and conversation_id = $1
         union all
         select child.id, down.step + 1 from down cross join lateral (
           select id from chat_message where parent_id = down.id order by ordinal desc limit 1) child
       ) select id from down order by step desc limit 1`,
      [conversationId, messageId],
    );
    return row?.id ?? messageId;
  }

  async interruptStreaming(): Promise<number> {
    const rows = await this.#database.query(
      "update chat_message set status = 'interrupted' where status = 'streaming' returning id",
    );
    return rows.length;
  }

  async search(owner: ChatOwner, text: string, limit: number): Promise<SearchHit[]> {
    // The embedded store sorts by bytes, which folds the case of ASCII alone; the collation folds everything.
    const rows = await this.#database.query<ConversationRow & { message_id: string | null; content: string | null }>(
      `select ${CONVERSATION}, m.id as message_id, m.content from chat_conversation c
         left join lateral (select id, content from chat_message where conversation_id = c.id and content collate "und-x-icu" ilike $3
           order by ordinal desc limit 1) m on true
         where ${OWNED} and (m.id is not null or c.title collate "und-x-icu" ilike $3) order by c.updated_at_ms desc limit $4`,
      [owner.workspaceId, owner.userId, containing(text), limit],
    );
    return rows.map((row) => ({
      conversationId: row.id,
      title: row.title,
      messageId: row.message_id,
      excerpt: row.content === null ? "" : excerptAround(row.content, text),
      updatedAtMs: Number(row.updated_at_ms),
    }));
  }

  async find(conversationId: string, lastId: string, text: string): Promise<FoundMessage[]> {
    const rows = await this.#database.query<{ id: string; depth: number }>(
      `with recursive up as (
         select id, parent_id, depth, content from chat_message where id = $2 and conversation_id = $1
         union all
         select m.id, m.parent_id, m.depth, m.content from chat_message m join up on m.id = up.parent_id
       ) select id, depth from up
         where translate(content, '*_\`~#', '') collate "und-x-icu" ilike $3 order by depth limit $4`,
      [conversationId, lastId, containing(text.replaceAll(/[*_`~#]/g, "")), MOST_FOUND],
    );
    return rows.map(({ id, depth }) => ({ messageId: id, position: depth }));
  }
}

/** As a pattern of `ilike` whose wildcards mean themselves. */
function containing(text: string): string {
  return `%${storable(text).replaceAll(/[\\%_]/g, "\\$&")}%`;
}

async function insertMessage(session: Queryable, message: StoredMessage): Promise<void> {
  const { id, conversationId, parentId, depth, role, content, status, details, createdAtMs } = message;
  await session.query(`insert into chat_message (${MESSAGE}) values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)`, [
    id,
    conversationId,
    parentId,
    depth,
    role,
    storable(content),
    status,
    asJsonb(details),
    createdAtMs,
  ]);
}

function toConversation(row: ConversationRow): StoredConversation {
  return {
    id: row.id,
    title: row.title,
    pinned: row.pinned,
    model: row.model,
    createdAtMs: Number(row.created_at_ms),
    updatedAtMs: Number(row.updated_at_ms),
    shareToken: row.share_token,
    leafId: row.leaf_id,
  };
}

function toMessage(row: MessageRow): StoredMessage {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    parentId: row.parent_id,
    depth: row.depth,
    role: row.role,
    content: row.content,
    status: row.status,
    details: row.details,
    createdAtMs: Number(row.created_at_ms),
  };
}

/** PostgreSQL keeps neither NUL nor halves of surrogate pairs. */
function storable(text: string): string {
  return text.replaceAll(/[\0\uD800-\uDFFF]/gu, "\uFFFD");
}

function asJsonb(details: MessageDetails): string {
  return JSON.stringify(details, (_, value: unknown) => (typeof value === "string" ? storable(value) : value));
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
