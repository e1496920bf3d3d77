import { TramontaneError } from "#base";
import type { Clock } from "#base";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../storage/database.ts";

/** What a workspace calls a model. */
export interface ModelName {
  readonly workspaceId: string;
  readonly name: string;
  /** A name that everybody here knows; what it means is looked up when it is used. */
  readonly model: string;
}

interface Owner {
  readonly organizationId: string;
  readonly workspaceId: string;
}

interface ModelNamesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
}

type Names = ReadonlyMap<string, string>;

const FRESH_MS = 5_000;

/**
 * Names that a workspace has of its own for the models served here, in front of those that everybody knows. A change is seen at once
 * here, and within 5 s by other processes.
 */
export class ModelNames {
  readonly #parts: ModelNamesParts;
  readonly #known = new Map<string, { readonly names: Names; readonly readAtMs: number }>();

  constructor(parts: ModelNamesParts) {
    this.#parts = parts;
  }

  /** A workspace's names and what they mean; at once when they were read lately. */
  of(workspaceId: string): Names | Promise<Names> {
    const known = this.#known.get(workspaceId);
    if (known !== undefined && this.#parts.clock.monotonicMs() - known.readAtMs <= FRESH_MS) return known.names;
    return this.#read(workspaceId);
  }

  /** Errors: `not_found` when the organisation has no such workspace. */
  async set(
    { organizationId, workspaceId }: Owner,
    { name, model }: Pick<ModelName, "name" | "model">,
    actor: string,
  ): Promise<ModelName> {
    const { database, audit } = this.#parts;
    await database.transaction(async (session) => {
      const rows = await session.query(
        `insert into model_name select id, organization_id, $3, $4 from workspace where organization_id = $1 and id::text = $2
         on conflict (workspace_id, name) do update set model = excluded.model returning name`,
        [organizationId, workspaceId, name, model],
      );
      if (rows.length === 0)
        throw new TramontaneError("not_found", `No workspace ${workspaceId} in this organization.`);
      const target = `workspace:${workspaceId}`;
      await audit.append(session, { organizationId, actor, event: "model_name.set", target, details: { name, model } });
    });
    this.#known.delete(workspaceId);
    return { workspaceId, name, model };
  }

  async list(organizationId: string): Promise<ModelName[]> {
    const rows = await this.#parts.database.query<{ workspace_id: string; name: string; model: string }>(
      "select workspace_id, name, model from model_name where organization_id = $1 order by workspace_id, name",
      [organizationId],
    );
    return rows.map(({ workspace_id: workspaceId, name, model }) => ({ workspaceId, name, model }));
  }

  /** Errors: `not_found`. */
  async remove({ organizationId, workspaceId }: Owner, name: string, actor: string): Promise<void> {
    const { database, audit } = this.#parts;
    await database.transaction(async (session) => {
      const rows = await session.query(
        "delete from model_name where organization_id = $1 and workspace_id::text = $2 and name = $3 returning name",
        [organizationId, workspaceId, name],
      );
      if (rows.length === 0) throw new TramontaneError("not_found", `No name ${name} in this workspace.`);
      const target = `workspace:${workspaceId}`;
      await audit.append(session, { organizationId, actor, event: "model_name.remove", target, details: { name } });
    });
    this.#known.delete(workspaceId);
  }

  async #read(workspaceId: string): Promise<Names> {
    const readAtMs = this.#parts.clock.monotonicMs();
    const rows = await this.#parts.database.query<{ name: string; model: string }>(
      "select name, model from model_name where workspace_id::text = $1",
      [workspaceId],
    );
    const names = new Map(rows.map(({ name, model }) => [name, model]));
    this.#known.set(workspaceId, { names, readAtMs });
    return names;
  }
}
