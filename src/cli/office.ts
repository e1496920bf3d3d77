import { createLogger } from "#base";
import { openBackOffice } from "#platform";
import type { BackOffice } from "#platform";
import type { CommandContext } from "./command.ts";
import { systemClock } from "./start-server.ts";

/** The organisation and workspace a command is about. */
export interface OfficeVisit {
  readonly office: BackOffice;
  readonly organizationId: string;
  readonly workspaceId: string;
}

export const ORGANIZATION_OPTION = {
  organization: { summary: "Another organization than the first.", placeholder: "ID" },
} as const;

/** Lets a command work on the server's store, whether the server runs or not, and closes it behind it. */
export async function visitOffice(
  context: CommandContext,
  work: (visit: OfficeVisit) => Promise<number>,
): Promise<number> {
  const { dataDir: directory, databaseUrl } = context.config;
  const logger = createLogger("warn", context.fail, () => systemClock.nowMs());
  const office = await openBackOffice({
    directory,
    databaseUrl,
    role: "command",
    configuredKey: undefined,
    clock: systemClock,
    logger,
  });
  try {
    const wanted = context.options["organization"];
    if (wanted === undefined) {
      const { organizationId, id: workspaceId } = office.firstWorkspace;
      return await work({ office, organizationId, workspaceId });
    }
    const { id: organizationId } = await office.organizations.get(wanted);
    const [workspace] = await office.organizations.workspaces(organizationId);
    return await work({ office, organizationId, workspaceId: workspace!.id });
  } finally {
    await office.close();
  }
}

/** Lines of columns, each as wide as its widest cell. */
export function tableOf(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((wide, row) => row.map((cell, i) => Math.max(wide[i] ?? 0, cell.length)), []);
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}
