import { TramontaneError } from "#base";
import type { ShareLibrary, SharingObject, UnshareLibrary } from "#protocol";
import type { Database } from "../storage/database.ts";
import type { Caller } from "../tenancy/caller.ts";
import { isUuid } from "../uuid.ts";
import type { Libraries } from "./libraries.ts";
import type { LibraryRow } from "./library-rows.ts";

interface ShareRow {
  readonly with_type: string;
  readonly with_id: string;
  readonly level: string;
}

/** `$1` the id, `$2` the organization; one row when the organization has it. */
const EXISTS: Readonly<Record<ShareLibrary["share_with_type"], string>> = {
  User: "select 1 from membership where user_id = $1 and organization_id = $2",
  Workspace: "select 1 from workspace where id = $1 and organization_id = $2 and archived_at is null",
  Org: "select 1 from organization where id = $1 and id = $2",
};

/** Who else in the organization reads or edits a library. Its owners decide; everyone who sees it sees with whom it is shared. */
export class LibrarySharing {
  readonly #database: Database;
  readonly #libraries: Libraries;

  constructor(parts: { readonly database: Database; readonly libraries: Libraries }) {
    this.#database = parts.database;
    this.#libraries = parts.libraries;
  }

  /** Errors: `not_found`. */
  async list(caller: Caller, libraryId: string): Promise<SharingObject[]> {
    const library = await this.#libraries.find(caller, libraryId, "Viewer");
    const sql = "select * from library_share where library_id = $1 order by with_type, with_id";
    const rows = await this.#database.query<ShareRow>(sql, [library.id]);
    const owner = library.is_shared
      ? { with_type: "Workspace", with_id: library.workspace_id, level: "Owner" }
      : { with_type: "User", with_id: library.owner.replace(/^\w+:/, ""), level: "Owner" };
    return [owner, ...rows].map((row) => toSharing(library, row));
  }

  /** Shares it, or changes how. Errors: `not_found`, `forbidden`, `invalid_request` when the organization has no such member. */
  async put(caller: Caller, libraryId: string, wanted: ShareLibrary): Promise<SharingObject> {
    const library = await this.#libraries.find(caller, libraryId, "Owner");
    const { share_with_type: type, share_with_uuid: id, level } = wanted;
    const found = isUuid(id) ? await this.#database.query(EXISTS[type], [id, library.organization_id]) : [];
    if (found.length === 0) throw unknown(type, id);
    await this.#database.query(
      `insert into library_share (library_id, with_type, with_id, level) values ($1, $2, $3, $4)
       on conflict (library_id, with_type, with_id) do update set level = excluded.level`,
      [library.id, type, id, level],
    );
    return toSharing(library, { with_type: type, with_id: id, level });
  }

  /** Errors: `not_found`, `forbidden`, `invalid_request` when it was not shared so. */
  async remove(caller: Caller, libraryId: string, wanted: UnshareLibrary): Promise<SharingObject> {
    const library = await this.#libraries.find(caller, libraryId, "Owner");
    const { share_with_type: type, share_with_uuid: id } = wanted;
    const sql = "delete from library_share where library_id = $1 and with_type = $2 and with_id = $3 returning *";
    const [row] = isUuid(id) ? await this.#database.query<ShareRow>(sql, [library.id, type, id]) : [];
    if (row === undefined) throw unknown(type, id);
    return toSharing(library, row);
  }
}

function unknown(type: string, id: string): TramontaneError {
  const message = `There is no such ${type} here to share with: ${id.slice(0, 64)}`;
  return new TramontaneError("invalid_request", message, { field: "share_with_uuid" });
}

function toSharing(library: LibraryRow, row: ShareRow): SharingObject {
  return {
    library_id: library.id,
    org_id: library.organization_id,
    role: row.level,
    share_with_type: row.with_type,
    share_with_uuid: row.with_id,
  };
}
