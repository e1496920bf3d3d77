import { setTimeout as sleep } from "node:timers/promises";
import { buffer } from "node:stream/consumers";
import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { StoredCaller } from "../batches/batch-rows.ts";
import type { FileStore } from "../files/file-store.ts";
import type { Call } from "../inference/call.ts";
import type { Database } from "../storage/database.ts";
import { uuidv7 } from "../uuid.ts";
import type { Embedder } from "./embed-texts.ts";
import { extractText } from "./extract-text.ts";
import { splitText } from "./split-text.ts";
import type { Piece } from "./split-text.ts";

export interface ProcessorParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly contents: FileStore;
  readonly embedder: Embedder;
}

interface WaitingRow {
  readonly id: string;
  readonly name: string;
  readonly caller: StoredCaller;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly chunk_characters: number;
}

const AT_ONCE = 16;
const BEAT_MS = 10_000;
const STALE_MS = 600_000;
const PAUSES_MS = [1000, 4000, 16_000];
/** What passes by itself. */
const PASSING: ReadonlySet<string> = new Set(["engine_unavailable", "engine_crashed", "overloaded", "rate_limited"]);

/** Reads, splits and embeds documents, one after the other; what a crash interrupts is begun again. */
export class DocumentProcessor {
  readonly #parts: ProcessorParts;
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;

  constructor(parts: ProcessorParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { database } = this.#parts;
    // Where only one process may use the store, whoever held a document before is gone.
    if (database.description.kind !== "external") {
      await database.query("update library_document set status = 'todo' where status = 'in_progress'");
    }
    this.#timer = setInterval(() => this.wake(), BEAT_MS).unref();
    this.wake();
  }

  /** Looks for documents to read, soon. */
  wake(): void {
    this.#isWanted = true;
    if (this.#closing.signal.aborted) return;
    this.#working ??= this.#work()
      .catch((error: unknown) => {
        this.#parts.logger.log("warn", "libraries.not_read", { message: String(error) });
      })
      .finally(() => (this.#working = undefined));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort(new TramontaneError("cancelled", "The server stops"));
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#isWanted && !this.#closing.signal.aborted) {
      this.#isWanted = false;
      for (let row = await this.#claim(); row && !this.#closing.signal.aborted; row = await this.#claim()) {
        await this.#process(row);
      }
    }
  }

  async #claim(): Promise<WaitingRow | undefined> {
    const { database, clock } = this.#parts;
    const now = clock.nowMs();
    const [row] = await database.query<WaitingRow>(
      `update library_document d set status = 'in_progress', processed_at = $1 from library l
       where l.id = d.library_id and d.id = (
         select id from library_document where status = 'todo' or (status = 'in_progress' and processed_at < $2)
         order by created_at limit 1 for update skip locked)
       returning d.id, d.name, d.caller, l.organization_id, l.workspace_id, l.chunk_characters`,
      [new Date(now), new Date(now - STALE_MS)],
    );
    return row;
  }

  async #process(row: WaitingRow): Promise<void> {
    const { database, clock, contents, logger } = this.#parts;
    try {
      const text = await extractText(await buffer(contents.read(row.id)), row.name);
      const pieces = splitText(text, row.chunk_characters);
      const { vectors, model, tokens } = await this.#embed(row, pieces);
      await database.transaction(async (session) => {
        await session.query("delete from library_chunk where document_id = $1", [row.id]);
        for (const [position, { text: words, page }] of pieces.entries()) {
          const vector = vectors[position];
          await session.query(
            "insert into library_chunk (document_id, position, page, text, embedding) values ($1, $2, $3, $4, $5)",
            [row.id, position, page ?? null, words, vector ? [...vector] : null],
          );
        }
        await session.query(
          `update library_document set status = 'done', problem = null, text = $2, pages = $3, tokens = $4,
             embedding_model = $5, processed_at = $6 where id = $1`,
          [
            row.id,
            text.pages.join("\n\n"),
            text.isPaged ? text.pages.length : null,
            tokens,
            model ?? null,
            new Date(clock.nowMs()),
          ],
        );
      });
    } catch (error) {
      // The next start begins it again.
      if (this.#closing.signal.aborted) return;
      const problem = error instanceof TramontaneError ? error.message : "Something failed inside the server";
      if (!(error instanceof TramontaneError)) {
        logger.log("error", "libraries.document_failed", { document: row.id, message: String(error) });
      }
      await database.query("update library_document set status = 'error', problem = $2 where id = $1", [
        row.id,
        problem,
      ]);
    }
  }

  async #embed(
    row: WaitingRow,
    pieces: readonly Piece[],
  ): Promise<{ vectors: readonly Float32Array[]; model: string | undefined; tokens: number }> {
    const vectors: Float32Array[] = [];
    let [model, tokens]: [string | undefined, number] = [undefined, 0];
    for (let at = 0; at < pieces.length; at += AT_ONCE) {
      const texts = pieces.slice(at, at + AT_ONCE).map(({ text }) => text);
      const embedded = await this.#patiently(() => this.#parts.embedder.embed(texts, this.#callOf(row)));
      if (!embedded) break;
      ({ model } = embedded);
      vectors.push(...embedded.vectors);
      tokens += embedded.promptTokens;
    }
    return { vectors, model, tokens };
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (const pauseMs of PAUSES_MS) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof TramontaneError) || !PASSING.has(error.code)) throw error;
        await sleep(pauseMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
        this.#closing.signal.throwIfAborted();
      }
    }
    return await work();
  }

  #callOf({ caller, organization_id: organizationId, workspace_id: workspaceId }: WaitingRow): Call {
    return {
      requestId: uuidv7(this.#parts.clock.nowMs()),
      caller: {
        organizationId,
        workspaceId,
        keyId: caller.keyId ?? undefined,
        userId: caller.userId ?? undefined,
        // Reading a library is part of the scope that let it be filled.
        scopes: new Set([...caller.scopes, "inference"]),
        models: caller.models ? new Set(caller.models) : undefined,
      },
      dialect: "mistral",
      signal: AbortSignal.any([this.#closing.signal]),
    };
  }
}
