import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#base";
import { openBackOffice } from "#platform";
import type { BackOffice } from "#platform";
import { startTestServer } from "./test-server.ts";
import type { TestServer } from "./test-server.ts";

/** A key of all scopes. */
export const OFFICE_KEY = "the-key-of-all-scopes";

/** A server with keys, metering and files of its own, in a folder that ends with it. */
export interface OfficeServer {
  readonly office: BackOffice;
  readonly server: TestServer;
  readonly directory: string;
  close(): Promise<void>;
}

export async function startOfficeServer(name: string): Promise<OfficeServer> {
  const directory = mkdtempSync(join(tmpdir(), `tramontane-${name}-`));
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const keys = { role: "server", configuredKey: OFFICE_KEY } as const;
  const office = await openBackOffice({ directory, ...keys, clock, logger: silentLogger });
  const server = await startTestServer({ office });
  return {
    office,
    server,
    directory,
    async close() {
      await server.close();
      await office.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
