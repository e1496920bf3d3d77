import { afterAll, beforeAll } from "vitest";
import { openTestDatabase } from "../../../tests/support/test-database.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { SCHEMA } from "../storage/migrations/all.ts";
import { chatStoreContract } from "./chat-store.contract.ts";
import { DatabaseChatStore } from "./database-chat-store.ts";

const ORGANIZATION = "018dd7e1-0000-7000-8000-000000000001";
const WORKSPACES = ["018dd7e1-0000-7000-8000-000000000002", "018dd7e1-0000-7000-8000-000000000003"] as const;

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database, SCHEMA);
  await database.query("insert into organization (id, name, created_at) values ($1, 'test', now())", [ORGANIZATION]);
  for (const id of WORKSPACES) {
    await database.query("insert into workspace (id, organization_id, name, created_at) values ($1, $2, $3, now())", [
      id,
      ORGANIZATION,
      id,
    ]);
  }
});
afterAll(() => database.close());

chatStoreContract("PostgreSQL", async () => ({
  store: new DatabaseChatStore(database),
  workspaceIds: WORKSPACES,
  close: async () => {},
}));
