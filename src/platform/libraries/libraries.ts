import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { CreateLibrary, DocumentObject, LibraryObject, UpdateDocument, UpdateLibrary } from "#protocol";
import { storeCaller } from "../batches/batch-rows.ts";
import { checkFile } from "../files/check-file.ts";
import type { FileStore, ReceivedContent } from "../files/file-store.ts";
import type { Database } from "../storage/database.ts";
import { actorOf, requireScope } from "../tenancy/caller.ts";
import type { Caller } from "../tenancy/caller.ts";
import { isUuid, uuidv7 } from "../uuid.ts";
import type { DocumentProcessor } from "./document-processor.ts";
import { toDocument, toLibrary } from "./library-rows.ts";
import type { DocumentRow, LibraryLevel, LibraryRow } from "./library-rows.ts";

export interface LibrariesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly contents: FileStore;
  readonly processor: DocumentProcessor;
}

export interface NewDocument {
  readonly name: string;
  readonly mimetype: string | undefined;
}

export interface DocumentQuery {
  readonly page: number;
  readonly pageSize: number;
  /** Part of the name. */
  readonly search: string | undefined;
  readonly oldestFirst: boolean;
}

export interface DocumentPage {
  readonly data: readonly DocumentObject[];
  readonly total: number;
}

export const DOCUMENT_BYTES = 64 * 2 ** 20;
const CHUNK_CHARACTERS = 1200;

/** With the caller's level (of several, the first by the alphabet is the higher). `$1` workspace, `$2` actor, `$3` organization, `$4` user. */
const SELECT = `select * from (select l.*, (select count(*)::int from library_document d where d.library_id = l.id) as documents,
  (select sum(bytes) from library_document d where d.library_id = l.id) as bytes,
  case when l.workspace_id = $1 and (l.is_shared or l.owner = $2) then 'Owner' else (
    select min(s.level) from library_share s where s.library_id = l.id and (
      (s.with_type = 'Workspace' and s.with_id = $1) or (s.with_type = 'Org' and s.with_id = $3) or
      (s.with_type = 'User' and s.with_id = $4::uuid))
  ) end as level from library l where l.organization_id = $3) l where l.level is not null`;
const RANK: Readonly<Record<LibraryLevel, number>> = { Viewer: 0, Editor: 1, Owner: 2 };

/**
 * Collections of documents: of a person, or of a workspace whose members all own them; others of the organization see
 * those that were shared with them. Every method needs the scope `agents` of its caller; to change a library the level
 * Editor, to delete it Owner, else the error is `forbidden`.
 */
export class Libraries {
  readonly #parts: LibrariesParts;

  constructor(parts: LibrariesParts) {
    this.#parts = parts;
  }

  async create(caller: Caller, wanted: CreateLibrary): Promise<LibraryObject> {
    requireScope(caller, "agents");
    const now = this.#now();
    const id = uuidv7(now.getTime());
    await this.#parts.database.query("insert into library values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)", [
      id,
      caller.organizationId,
      caller.workspaceId,
      actorOf(caller),
      wanted.owner_type !== "User",
      wanted.name,
      wanted.description ?? null,
      wanted.chunk_size ?? CHUNK_CHARACTERS,
      now,
    ]);
    return await this.get(caller, id);
  }

  /** Newest first. */
  async list(caller: Caller): Promise<LibraryObject[]> {
    requireScope(caller, "agents");
    const sql = `${SELECT} order by l.created_at desc, l.id desc limit 1000`;
    return (await this.#parts.database.query<LibraryRow>(sql, viewOf(caller))).map(toLibrary);
  }

  /** Errors: `not_found`. */
  async get(caller: Caller, id: string): Promise<LibraryObject> {
    return toLibrary(await this.find(caller, id, "Viewer"));
  }

  /** Errors: `not_found`. */
  async update(caller: Caller, id: string, change: UpdateLibrary): Promise<LibraryObject> {
    const row = await this.find(caller, id, "Editor");
    const description = change.description === undefined ? row.description : change.description;
    const values = [row.id, change.name ?? row.name, description, this.#now()];
    const sql = "update library set name = $2, description = $3, updated_at = $4 where id = $1";
    await this.#parts.database.query(sql, values);
    return await this.get(caller, id);
  }

  /** With all its documents. Errors: `not_found`. */
  async remove(caller: Caller, id: string): Promise<LibraryObject> {
    const row = await this.find(caller, id, "Owner");
    const { database, contents } = this.#parts;
    const documents = await database.query<{ id: string }>("select id from library_document where library_id = $1", [
      row.id,
    ]);
    await database.query("delete from library where id = $1", [row.id]);
    for (const document of documents) await contents.remove(document.id);
    return toLibrary(row);
  }

  /** Writes an upload to disk as it comes. `keep` or `discard` must follow. Errors: `not_found`, `payload_too_large`. */
  async receive(caller: Caller, libraryId: string, content: AsyncIterable<Uint8Array>): Promise<ReceivedContent> {
    await this.find(caller, libraryId, "Editor");
    return await this.#parts.contents.receive(uuidv7(this.#now().getTime()), content, DOCUMENT_BYTES);
  }

  /** Makes a document of what was received; it is read and embedded afterwards. Errors: `not_found`, `invalid_file`. */
  async keep(
    caller: Caller,
    libraryId: string,
    { received, name, mimetype }: NewDocument & { readonly received: ReceivedContent },
  ): Promise<DocumentObject> {
    const library = await this.find(caller, libraryId, "Editor");
    checkFile(received, { filename: name, purpose: "ocr" });
    const [row] = await this.#parts.database.query<DocumentRow>(
      `insert into library_document (id, library_id, name, mime_type, bytes, sha256, uploaded_by, caller, status, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'todo', $9) returning *`,
      [
        received.id,
        library.id,
        name,
        mimetype?.split(";", 1)[0]!.slice(0, 255) ?? null,
        received.bytes,
        received.sha256.toString("hex"),
        actorOf(caller),
        JSON.stringify(storeCaller(caller)),
        this.#now(),
      ],
    );
    this.#parts.processor.wake();
    return toDocument(row!);
  }

  async discard(received: ReceivedContent): Promise<void> {
    await this.#parts.contents.remove(received.id);
  }

  async documents(caller: Caller, libraryId: string, query: DocumentQuery): Promise<DocumentPage> {
    const { id } = await this.find(caller, libraryId, "Viewer");
    const where = "library_id = $1 and ($2::text is null or position(lower($2) in lower(name)) > 0)";
    const values = [id, query.search ?? null];
    const order = query.oldestFirst ? "created_at, id" : "created_at desc, id desc";
    const { database } = this.#parts;
    const rows = await database.query<DocumentRow>(
      `select * from library_document where ${where} order by ${order} limit $3 offset $4`,
      [...values, query.pageSize, query.page * query.pageSize],
    );
    const sql = `select count(*)::int as total from library_document where ${where}`;
    const [count] = await database.query<{ total: number }>(sql, values);
    return { data: rows.map(toDocument), total: count!.total };
  }

  /** Errors: `not_found`. */
  async document(caller: Caller, libraryId: string, id: string): Promise<DocumentObject> {
    return toDocument(await this.findDocument(caller, { libraryId, id }, "Viewer"));
  }

  /** What was read of it; empty until it was. Errors: `not_found`. */
  async text(caller: Caller, libraryId: string, id: string): Promise<string> {
    const row = await this.findDocument(caller, { libraryId, id }, "Viewer");
    return row.text ?? "";
  }

  /** Errors: `not_found`. */
  async updateDocument(
    caller: Caller,
    libraryId: string,
    change: UpdateDocument & { readonly id: string },
  ): Promise<DocumentObject> {
    const row = await this.findDocument(caller, { libraryId, id: change.id }, "Editor");
    const attributes = change.attributes ? JSON.stringify(change.attributes) : row.attributes;
    const sql = "update library_document set name = $2, attributes = $3 where id = $1";
    await this.#parts.database.query(sql, [row.id, change.name ?? row.name, attributes]);
    return await this.document(caller, libraryId, row.id);
  }

  /** Errors: `not_found`. */
  async removeDocument(caller: Caller, libraryId: string, id: string): Promise<void> {
    const row = await this.findDocument(caller, { libraryId, id }, "Editor");
    await this.#parts.database.query("delete from library_document where id = $1", [row.id]);
    await this.#parts.contents.remove(row.id);
  }

  /** Reads and embeds it anew. Errors: `not_found`. */
  async reprocess(caller: Caller, libraryId: string, id: string): Promise<void> {
    const row = await this.findDocument(caller, { libraryId, id }, "Editor");
    const sql = "update library_document set status = 'todo', problem = null, caller = $2 where id = $1";
    await this.#parts.database.query(sql, [row.id, JSON.stringify(storeCaller(caller))]);
    this.#parts.processor.wake();
  }

  /** Those of the libraries that the caller may read. Errors: `not_found` for any other. */
  async readable(caller: Caller, ids: readonly string[]): Promise<readonly string[]> {
    return await Promise.all(ids.map(async (id) => (await this.find(caller, id, "Viewer")).id));
  }

  /** Errors: `not_found` where the caller sees nothing, `forbidden` where it may do less than `level`. */
  async find(caller: Caller, id: string, level: LibraryLevel): Promise<LibraryRow> {
    requireScope(caller, "agents");
    const [row] = isUuid(id)
      ? await this.#parts.database.query<LibraryRow>(`${SELECT} and l.id = $5`, [...viewOf(caller), id])
      : [];
    if (row && RANK[row.level] >= RANK[level]) return row;
    if (row)
      throw new TramontaneError("forbidden", `This library was shared with you as ${row.level}; this takes ${level}.`, {
        hint: "Ask who owns the library.",
      });
    throw new TramontaneError("not_found", `No library has the id ${id.slice(0, 64)}`, { field: "library_id" });
  }

  /** Errors: as `find`. */
  async findDocument(
    caller: Caller,
    { libraryId, id }: { readonly libraryId: string; readonly id: string },
    level: LibraryLevel,
  ): Promise<DocumentRow> {
    const library = await this.find(caller, libraryId, level);
    const sql = "select * from library_document where library_id = $1 and id = $2";
    const [row] = isUuid(id) ? await this.#parts.database.query<DocumentRow>(sql, [library.id, id]) : [];
    if (row) return row;
    throw new TramontaneError("not_found", `No document has the id ${id.slice(0, 64)}`, { field: "document_id" });
  }

  #now(): Date {
    return new Date(this.#parts.clock.nowMs());
  }
}

/** The parameters of `SELECT`. */
function viewOf(caller: Caller): unknown[] {
  return [caller.workspaceId, actorOf(caller), caller.organizationId, caller.userId ?? null];
}
