import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { FileList, FileObject, FilePurpose, FileSource, FileVisibility, SampleType } from "#protocol";
import type { Database, Queryable } from "../storage/database.ts";
import { actorOf, requireScope } from "../tenancy/caller.ts";
import type { Caller } from "../tenancy/caller.ts";
import { isUuid, uuidv7 } from "../uuid.ts";
import { checkFile } from "./check-file.ts";
import { toFileObject } from "./file-row.ts";
import type { FileRow } from "./file-row.ts";
import { FileStore } from "./file-store.ts";
import type { ReceivedContent } from "./file-store.ts";
import { signLink, verifyLink } from "./signed-link.ts";

/** What is said about a content that arrived. */
export interface NewFile {
  readonly filename: string;
  readonly purpose: FilePurpose;
  readonly mimetype: string | undefined;
  readonly visibility: FileVisibility;
  /** Hours until it removes itself; undefined: it stays. */
  readonly expiryHours: number | undefined;
}

/** A file made here for somebody, such as a batch's results. */
export interface ProducedFile {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly owner: string;
  readonly filename: string;
  readonly purpose: FilePurpose;
  readonly sampleType: SampleType;
}

export interface FileQuery {
  readonly page: number;
  readonly pageSize: number;
  readonly includeTotal: boolean;
  readonly purpose: string | undefined;
  readonly sampleTypes: readonly string[] | undefined;
  readonly sources: readonly string[] | undefined;
  readonly mimetypes: readonly string[] | undefined;
  /** Part of the name. */
  readonly search: string | undefined;
}

/** A content on its way out. */
export interface FileContent {
  readonly filename: string;
  readonly bytes: number;
  readonly content: Readable;
}

export interface FilesParts {
  readonly database: Database;
  readonly clock: Clock;
  /** Where contents lie. Replicas on one database need the same folder. */
  readonly folder: string;
}

const HOUR_MS = 3_600_000;

/** A workspace's files: rows in the store, contents on disk. Every method needs the scope `jobs` of its caller. */
export class Files {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #store: FileStore;

  constructor({ database, clock, folder }: FilesParts) {
    this.#database = database;
    this.#clock = clock;
    this.#store = new FileStore(folder);
  }

  /** Writes an upload to disk as it comes. `keep` or `discard` must follow. Errors: `forbidden`, `payload_too_large`. */
  async receive(caller: Caller, content: AsyncIterable<Uint8Array>): Promise<ReceivedContent> {
    requireScope(caller, "jobs");
    return await this.#store.receive(uuidv7(this.#clock.nowMs()), content);
  }

  /** Makes a file of what was received; what is refused is discarded. Errors: `invalid_file`. */
  async keep(caller: Caller, received: ReceivedContent, about: NewFile): Promise<FileObject> {
    try {
      checkFile(received, about);
      const { organizationId, workspaceId } = caller;
      return await this.#insert(this.#database, received, {
        ...about,
        organizationId,
        workspaceId,
        owner: actorOf(caller),
        source: "upload",
        sampleType: about.purpose === "batch" ? "batch_request" : "instruct",
      });
    } catch (error) {
      await this.discard(received);
      throw error;
    }
  }

  async discard(received: ReceivedContent): Promise<void> {
    await this.#store.remove(received.id);
  }

  /** Writes a file of our own to disk; it becomes visible with `session`'s transaction. */
  async produce(content: AsyncIterable<Uint8Array>): Promise<ReceivedContent> {
    return await this.#store.receive(uuidv7(this.#clock.nowMs()), content, Number.POSITIVE_INFINITY);
  }

  async keepProduced(session: Queryable, received: ReceivedContent, about: ProducedFile): Promise<FileObject> {
    const rest = { mimetype: "application/jsonl", visibility: "workspace", expiryHours: undefined } as const;
    return await this.#insert(session, received, { ...about, ...rest, source: "mistral" });
  }

  /** Newest first. */
  async list(caller: Caller, query: FileQuery): Promise<FileList> {
    requireScope(caller, "jobs");
    const { page, pageSize } = query;
    const values = [
      caller.workspaceId,
      actorOf(caller),
      this.#now(),
      query.purpose ?? null,
      query.sampleTypes ?? null,
      query.sources ?? null,
      query.mimetypes ?? null,
      query.search ?? null,
    ];
    const where = `${VISIBLE} and ($4::text is null or purpose = $4) and ($5::text[] is null or sample_type = any($5))
      and ($6::text[] is null or source = any($6)) and ($7::text[] is null or mimetype = any($7))
      and ($8::text is null or position(lower($8) in lower(filename)) > 0)`;
    const rows = await this.#database.query<FileRow>(
      `select * from stored_file where ${where} order by created_at desc, id desc limit $9 offset $10`,
      [...values, pageSize + 1, page * pageSize],
    );
    const data = rows.slice(0, pageSize).map(toFileObject);
    const total = query.includeTotal ? await this.#count(where, values) : null;
    const [first] = data;
    const has_more = rows.length > pageSize;
    return { object: "list", data, total, has_more, first_id: first?.id ?? null, last_id: data.at(-1)?.id ?? null };
  }

  /** Errors: `not_found`, also for another workspace's file. */
  async get(caller: Caller, id: string): Promise<FileObject> {
    return toFileObject(await this.#row(caller, id));
  }

  /** Errors: `not_found`. */
  async remove(caller: Caller, id: string): Promise<void> {
    const { id: found } = await this.#row(caller, id);
    await this.#database.query("delete from stored_file where id = $1", [found]);
    await this.#store.remove(found);
  }

  /** Errors: `not_found`. */
  async read(caller: Caller, id: string): Promise<FileContent> {
    return this.#contentOf(await this.#row(caller, id));
  }

  /** A path and query that open the file to whoever has them, for so many hours. Errors: `not_found`. */
  async link(caller: Caller, id: string, hours: number): Promise<string> {
    const row = await this.#row(caller, id);
    return `/v1/files/${row.id}/signed?${signLink(row, this.#clock.nowMs() + hours * HOUR_MS)}`;
  }

  /** What a signed link opens. Errors: `unauthorized` when it is forged, has expired, or its file is gone. */
  async readLink(id: string, link: { readonly expires: string; readonly signature: string }): Promise<FileContent> {
    const sql = "select * from stored_file where id = $1 and (expires_at is null or expires_at > $2)";
    const [row] = isUuid(id) ? await this.#database.query<FileRow>(sql, [id, this.#now()]) : [];
    if (row && verifyLink(row, link, this.#clock.nowMs())) return this.#contentOf(row);
    throw new TramontaneError("unauthorized", "This link is not valid, or no longer", {
      hint: "GET /v1/files/{id}/url makes a new one.",
    });
  }

  /** Removes expired files, and contents that no row names (of an upload cut short by a crash). Returns how many. */
  async sweep(): Promise<number> {
    const expired = await this.#database.query<{ id: string }>(
      "delete from stored_file where expires_at <= $1 returning id",
      [this.#now()],
    );
    for (const { id } of expired) await this.#store.remove(id);
    return expired.length;
  }

  /** Only while nothing is being received: removes every content that has no row. */
  async removeStrays(): Promise<number> {
    return await this.#store.sweep(async (ids) => {
      const sql = `select id from stored_file where id = any($1)
        union all select id from library_document where id = any($1)`;
      const rows = await this.#database.query<{ id: string }>(sql, [ids]);
      return new Set(rows.map(({ id }) => id));
    });
  }

  #contentOf({ id, filename, bytes }: FileRow): FileContent {
    return { filename, bytes: Number(bytes), content: this.#store.read(id) };
  }

  async #row(caller: Caller, id: string): Promise<FileRow> {
    requireScope(caller, "jobs");
    const values = [caller.workspaceId, actorOf(caller), this.#now(), id];
    const sql = `select * from stored_file where ${VISIBLE} and id = $4`;
    const [row] = isUuid(id) ? await this.#database.query<FileRow>(sql, values) : [];
    if (row) return row;
    throw new TramontaneError("not_found", `No file has the id ${id.slice(0, 64)}`, { field: "file_id" });
  }

  async #count(where: string, values: readonly unknown[]): Promise<number> {
    const sql = `select count(*)::int as total from stored_file where ${where}`;
    const [row] = await this.#database.query<{ total: number }>(sql, values);
    return row!.total;
  }

  async #insert(session: Queryable, received: ReceivedContent, about: Insertion): Promise<FileObject> {
    const { id, bytes, sha256, lines } = received;
    const now = this.#now();
    const expiresAt = about.expiryHours === undefined ? null : new Date(now.getTime() + about.expiryHours * HOUR_MS);
    const [row] = await session.query<FileRow>(
      `insert into stored_file (id, organization_id, workspace_id, owner, filename, bytes, sha256, purpose, sample_type,
         num_lines, mimetype, source, visibility, secret, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning *`,
      [
        id,
        about.organizationId,
        about.workspaceId,
        about.owner,
        about.filename,
        bytes,
        sha256,
        about.purpose,
        about.sampleType,
        about.purpose === "ocr" ? null : (lines ?? null),
        about.mimetype ?? null,
        about.source,
        about.visibility,
        randomBytes(32),
        now,
        expiresAt,
      ],
    );
    return toFileObject(row!);
  }

  #now(): Date {
    return new Date(this.#clock.nowMs());
  }
}

type Insertion = NewFile & Omit<ProducedFile, "purpose"> & { readonly source: FileSource };

/** `$1` workspace, `$2` actor, `$3` now. */
const VISIBLE =
  "workspace_id = $1 and (visibility = 'workspace' or owner = $2) and (expires_at is null or expires_at > $3)";
