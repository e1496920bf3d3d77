import { mkdirSync } from "node:fs";
import { createLogger } from "#base";
import { backup as backUp, openDatabase, restore as bringBack } from "#platform";
import type { Command } from "../command.ts";
import { visitOffice } from "../office.ts";
import { systemClock } from "../start-server.ts";

export const backup: Command = {
  name: "backup",
  summary: "Write the whole store, uploaded files too, into one file, also while the server runs.",
  operands: "FILE",
  options: {},
  examples: [
    { line: "tramontane backup /backups/tramontane.gz", does: "Keep it safe: it holds the pepper of the keys" },
  ],
  async run(context) {
    const [file] = context.positionals;
    if (file === undefined) {
      context.fail("Say where to: tramontane backup FILE.");
      return 2;
    }
    return await visitOffice(context, async ({ office }) => {
      const { rows, files } = await backUp({ database: office.database, directory: context.config.dataDir, file });
      context.out(`${rows} rows and ${files} files written to ${file}.`);
      return 0;
    });
  },
};

export const restore: Command = {
  name: "restore",
  summary: "Fill an empty store from a backup.",
  operands: "FILE",
  options: {},
  examples: [
    { line: "tramontane restore /backups/tramontane.gz --data-dir /new", does: "The server must not run there" },
  ],
  async run(context) {
    const [file] = context.positionals;
    if (file === undefined) {
      context.fail("Say where from: tramontane restore FILE.");
      return 2;
    }
    const { dataDir: directory, databaseUrl } = context.config;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const logger = createLogger("warn", context.fail, () => systemClock.nowMs());
    const database = await openDatabase({ directory, databaseUrl, role: "server", logger });
    try {
      const { rows, files } = await bringBack({ database, directory, file });
      context.out(`${rows} rows and ${files} files restored.`);
      return 0;
    } finally {
      await database.close();
    }
  },
};
