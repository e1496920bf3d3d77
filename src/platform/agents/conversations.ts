import { randomBytes } from "node:crypto";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type {
  AppendConversation,
  CompletionArgs,
  ConversationEntry,
  ConversationEvent,
  RestartConversation,
  StartConversation,
} from "#protocol";
import type { Call } from "../inference/call.ts";
import type { Inference } from "../inference/inference.ts";
import { isSqlState } from "../storage/database.ts";
import type { Database, Queryable } from "../storage/database.ts";
import { actorOf, requireScope } from "../tenancy/caller.ts";
import type { Caller } from "../tenancy/caller.ts";
import type { Agents } from "./agents.ts";
import { lookUpDocuments, withPassages } from "./document-tool.ts";
import type { DocumentLookup } from "./document-tool.ts";
import { newEntryId, TurnOutput } from "./turn-output.ts";
import { turnRequest } from "./turn-request.ts";
import type { TurnSettings } from "./turn-request.ts";

/** What a conversation keeps of how it began. */
interface Settings extends TurnSettings {
  readonly agent_id?: string | undefined;
  readonly agent_version?: number | undefined;
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
}

interface ConversationRow {
  readonly id: string;
  readonly settings: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** One turn that is about to be taken. */
interface Turn {
  readonly conversationId: string;
  readonly settings: Settings;
  readonly history: readonly ConversationEntry[];
  readonly inputs: readonly ConversationEntry[];
  readonly isNew: boolean;
  readonly store: boolean;
}

/** A turn under way: its events in order, in lists of those that come together; the last one comes when everything is stored. */
export interface ConversationTurn {
  readonly conversationId: string;
  readonly events: AsyncIterable<readonly ConversationEvent[]>;
}

export interface ConversationsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly agents: Agents;
  readonly inference: Inference;
  readonly documents: DocumentLookup;
}

/** A workspace's conversations that remember. Every method needs the scope `agents`. */
export class Conversations {
  readonly #parts: ConversationsParts;

  constructor(parts: ConversationsParts) {
    this.#parts = parts;
  }

  /** Errors: `invalid_request` without a model or an agent, `not_found`; those of the chat. */
  async start(call: Call, wanted: StartConversation): Promise<ConversationTurn> {
    requireScope(call.caller, "agents");
    const settings = await this.#settingsOf(call.caller, wanted);
    const turn = { conversationId: newConversationId(), settings, history: [], inputs: this.#entries(wanted.inputs) };
    return await this.#take({ ...turn, isNew: true, store: wanted.store ?? true }, call, wanted.completion_args);
  }

  /** Errors: `not_found`, `conflict` when somebody else appended meanwhile. */
  async append(call: Call, id: string, wanted: AppendConversation): Promise<ConversationTurn> {
    const row = await this.#row(call.caller, id);
    const settings = JSON.parse(row.settings) as Settings;
    const history = await this.#history(row.id);
    const turn = { conversationId: row.id, settings, history, inputs: this.#entries(wanted.inputs) };
    return await this.#take({ ...turn, isNew: false, store: wanted.store ?? true }, call, wanted.completion_args);
  }

  /** Goes on from an entry in a new conversation; the old one stays. Errors: `not_found`. */
  async restart(call: Call, id: string, wanted: RestartConversation): Promise<ConversationTurn> {
    const row = await this.#row(call.caller, id);
    const entries = await this.#history(row.id);
    const at = entries.findIndex((entry) => entry["id"] === wanted.from_entry_id);
    if (at === -1)
      throw notFound(`This conversation has no entry ${wanted.from_entry_id.slice(0, 64)}`, "from_entry_id");
    const kept = JSON.parse(row.settings) as Settings;
    const settings = {
      ...kept,
      ...(wanted.metadata ? { metadata: wanted.metadata } : {}),
      ...(wanted.guardrails ? { guardrails: wanted.guardrails } : {}),
    };
    const history = entries.slice(0, at + 1);
    const turn = { conversationId: newConversationId(), settings, history, inputs: this.#entries(wanted.inputs) };
    return await this.#take({ ...turn, isNew: true, store: wanted.store ?? true }, call, wanted.completion_args);
  }

  async list(caller: Caller, page: { readonly offset: number; readonly limit: number }): Promise<object[]> {
    requireScope(caller, "agents");
    const rows = await this.#parts.database.query<ConversationRow>(
      "select * from conversation where workspace_id = $1 order by created_at desc, id desc limit $2 offset $3",
      [caller.workspaceId, page.limit, page.offset],
    );
    return rows.map(view);
  }

  /** Errors: `not_found`. */
  async get(caller: Caller, id: string): Promise<object> {
    return view(await this.#row(caller, id));
  }

  /** All entries, oldest first. Errors: `not_found`. */
  async history(caller: Caller, id: string): Promise<readonly ConversationEntry[]> {
    return await this.#history((await this.#row(caller, id)).id);
  }

  /** Errors: `not_found`. */
  async remove(caller: Caller, id: string): Promise<void> {
    const row = await this.#row(caller, id);
    await this.#parts.database.query("delete from conversation where id = $1", [row.id]);
  }

  async #take(turn: Turn, call: Call, args: CompletionArgs | null | undefined): Promise<ConversationTurn> {
    const { settings, history, inputs } = turn;
    const merged = { ...settings, completion_args: { ...settings.completion_args, ...args } };
    const entries = [...history, ...inputs];
    const lookup = { tools: settings.tools ?? [], entries, model: settings.model };
    const looked = await lookUpDocuments(this.#parts.documents, lookup, call);
    const instructions = withPassages(merged.instructions, looked);
    const request = turnRequest({ ...merged, instructions }, entries, { stream: true, call });
    const { chunks } = await this.#parts.inference.streamChat(request, call);
    const output = new TurnOutput({
      model: settings.model,
      agentId: settings.agent_id,
      looked,
      now: () => this.#now(),
    });
    const events = this.#events({ turn, caller: call.caller, output }, chunks);
    return { conversationId: turn.conversationId, events };
  }

  async *#events(
    { turn, caller, output }: { readonly turn: Turn; readonly caller: Caller; readonly output: TurnOutput },
    chunks: Awaited<ReturnType<Inference["streamChat"]>>["chunks"],
  ): AsyncGenerator<readonly ConversationEvent[]> {
    let hasBegun = false;
    for await (const some of chunks) {
      if (!hasBegun) {
        const id = turn.conversationId;
        yield [
          { type: "conversation.response.started", created_at: this.#now(), conversation_id: id },
          ...output.begin(),
        ];
      }
      hasBegun = true;
      yield some.flatMap((chunk) => [...output.read(chunk)]);
    }
    yield [...output.end()];
    if (turn.store) await this.#store(caller, turn, output.entries);
    const { prompt_tokens, completion_tokens, total_tokens } = output.usage;
    const usage = { prompt_tokens, completion_tokens, total_tokens };
    yield [
      {
        type: "conversation.response.done",
        created_at: this.#now(),
        usage,
        ...output.findings,
        outputs: output.entries,
      },
    ];
  }

  async #store(caller: Caller, turn: Turn, outputs: readonly ConversationEntry[]): Promise<void> {
    const { database, clock } = this.#parts;
    const { conversationId: id, settings, history, inputs, isNew } = turn;
    const now = new Date(clock.nowMs());
    const added = isNew ? [...history, ...inputs, ...outputs] : [...inputs, ...outputs];
    try {
      await database.transaction(async (session) => {
        if (isNew) {
          const { organizationId, workspaceId } = caller;
          const values = [id, organizationId, workspaceId, actorOf(caller), JSON.stringify(settings), now];
          await session.query("insert into conversation values ($1, $2, $3, $4, $5, $6, $6)", values);
        } else await session.query("update conversation set updated_at = $2 where id = $1", [id, now]);
        await insertEntries(session, { id, from: isNew ? 0 : history.length, entries: added });
      });
    } catch (error) {
      // Unique violation: two turns wanted the same place. Foreign key: it was deleted meanwhile.
      if (!isSqlState(error, "23505") && !isSqlState(error, "23503")) throw error;
      throw new TramontaneError("conflict", "This conversation changed while the answer was made", { cause: error });
    }
  }

  async #settingsOf(caller: Caller, wanted: StartConversation): Promise<Settings> {
    const { model, agent_id: agentId, instructions, tools, completion_args: args } = wanted;
    const { name, description, metadata, guardrails } = wanted;
    if (!agentId) {
      if (!model) throw new TramontaneError("invalid_request", "Give a model or an agent_id", { field: "model" });
      return { model, instructions, tools, completion_args: args, guardrails, name, description, metadata };
    }
    if (model)
      throw new TramontaneError("invalid_request", "Give a model or an agent_id, not both", { field: "model" });
    const agent = await this.#parts.agents.get(caller, agentId, wanted.agent_version ?? undefined);
    return {
      model: agent.model,
      instructions: instructions ?? agent.instructions,
      tools: tools ?? agent.tools,
      completion_args: { ...agent.completion_args, ...args },
      guardrails: guardrails ?? agent.guardrails,
      agent_id: agent.id,
      agent_version: agent.version,
      name,
      description,
      metadata,
    };
  }

  #entries(inputs: StartConversation["inputs"] | null | undefined): ConversationEntry[] {
    const given: readonly ConversationEntry[] =
      typeof inputs === "string" ? [{ type: "message.input", role: "user", content: inputs }] : (inputs ?? []);
    const now = this.#now();
    return given.map((entry) => ({
      ...entry,
      object: "entry",
      id: newEntryId(ENTRY_IDS[entry.type]),
      created_at: now,
      completed_at: now,
    }));
  }

  async #row(caller: Caller, id: string): Promise<ConversationRow> {
    requireScope(caller, "agents");
    const sql = "select * from conversation where workspace_id = $1 and id = $2";
    const [row] = await this.#parts.database.query<ConversationRow>(sql, [
      caller.workspaceId,
      id.replaceAll("\u0000", ""),
    ]);
    if (row) return row;
    throw notFound(`No conversation has the id ${id.slice(0, 64)}`, "conversation_id");
  }

  async #history(id: string): Promise<ConversationEntry[]> {
    const sql = "select entry from conversation_entry where conversation_id = $1 order by position";
    const rows = await this.#parts.database.query<{ entry: string }>(sql, [id]);
    return rows.map(({ entry }) => JSON.parse(entry) as ConversationEntry);
  }

  #now(): string {
    return new Date(this.#parts.clock.nowMs()).toISOString();
  }
}

async function insertEntries(
  session: Queryable,
  { id, from, entries }: { readonly id: string; readonly from: number; readonly entries: readonly ConversationEntry[] },
): Promise<void> {
  await session.query("insert into conversation_entry select $1, * from unnest($2::int[], $3::text[], $4::text[])", [
    id,
    entries.map((_, index) => from + index),
    entries.map((entry) => String(entry["id"])),
    entries.map((entry) => JSON.stringify(entry)),
  ]);
}

function view(row: ConversationRow): object {
  const { tools, completion_args: args, ...settings } = JSON.parse(row.settings) as Settings;
  const times = { created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
  if (settings.agent_id !== undefined) {
    const { name, description, metadata, agent_id, agent_version } = settings;
    return { object: "conversation", id: row.id, name, description, metadata, agent_id, agent_version, ...times };
  }
  return { ...settings, tools: tools ?? [], completion_args: args ?? {}, object: "conversation", id: row.id, ...times };
}

const ENTRY_IDS = {
  "message.input": "msg",
  "message.output": "msg",
  "function.call": "fc",
  "function.result": "fr",
  "tool.execution": "tool_exec",
} as const;

const newConversationId = (): string => `conv_${randomBytes(16).toString("hex")}`;

function notFound(message: string, field: string): TramontaneError {
  return new TramontaneError("not_found", message, { field });
}
