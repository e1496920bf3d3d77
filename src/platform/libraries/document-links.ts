import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { FileStore } from "../files/file-store.ts";
import type { FileContent } from "../files/files.ts";
import { signLink, verifyLink } from "../files/signed-link.ts";
import type { Database } from "../storage/database.ts";
import type { Caller } from "../tenancy/caller.ts";
import { isUuid } from "../uuid.ts";
import type { Libraries } from "./libraries.ts";
import type { DocumentRow } from "./library-rows.ts";

interface DocumentLinksParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly contents: FileStore;
  readonly libraries: Libraries;
}

/** What a link opens: the document as uploaded, or the text that was read of it. */
export type LinkKind = "file" | "text";

const LINK_MS = 30 * 60_000;
const SECRET_BYTES = 32;

/** Links that open a document of a library to whoever has them, for half an hour. */
export class DocumentLinks {
  readonly #parts: DocumentLinksParts;

  constructor(parts: DocumentLinksParts) {
    this.#parts = parts;
  }

  /** A path and query. Errors: `not_found`. */
  async make(
    caller: Caller,
    document: { readonly libraryId: string; readonly id: string },
    kind: LinkKind,
  ): Promise<string> {
    const { id, library_id: libraryId } = await this.#parts.libraries.findDocument(caller, document, "Viewer");
    const sql = "update library_document set secret = coalesce(secret, $2) where id = $1 returning secret";
    const [row] = await this.#parts.database.query<{ secret: Buffer }>(sql, [id, randomBytes(SECRET_BYTES)]);
    const query = signLink({ id: `${kind}:${id}`, secret: row!.secret }, this.#parts.clock.nowMs() + LINK_MS);
    return `/v1/libraries/${libraryId}/documents/${id}/signed?kind=${kind}&${query}`;
  }

  /** What a link opens. Errors: `unauthorized` when it is forged, has expired, or its document is gone. */
  async open(
    id: string,
    link: { readonly kind: LinkKind; readonly expires: string; readonly signature: string },
  ): Promise<FileContent> {
    const sql = "select * from library_document where id = $1 and secret is not null";
    const [row] = isUuid(id) ? await this.#parts.database.query<DocumentRow>(sql, [id]) : [];
    const signed = row?.secret && { id: `${link.kind}:${id}`, secret: row.secret };
    if (row && signed && verifyLink(signed, link, this.#parts.clock.nowMs())) return this.#contentOf(row, link.kind);
    throw new TramontaneError("unauthorized", "This link is not valid, or no longer", {
      hint: "GET /v1/libraries/{id}/documents/{document}/signed-url makes a new one.",
    });
  }

  #contentOf({ id, name, bytes, text }: DocumentRow, kind: LinkKind): FileContent {
    if (kind === "file") return { filename: name, bytes: Number(bytes), content: this.#parts.contents.read(id) };
    const content = Buffer.from(text ?? "");
    return { filename: `${name}.txt`, bytes: content.length, content: Readable.from([content]) };
  }
}
