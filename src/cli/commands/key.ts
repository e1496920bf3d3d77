import { silentLogger, TramontaneError } from "#base";
import { openBackOffice, SCOPES } from "#platform";
import type { ApiKey, BackOffice, Scope } from "#platform";
import type { Command, CommandContext } from "../command.ts";
import { nearest } from "../nearest.ts";
import { systemClock } from "../start-server.ts";

const ACTOR = "command line";

export const key: Command = {
  name: "key",
  summary: "Make, list and revoke API keys.",
  operands: "create|list|revoke [NAME|ID]",
  options: {
    scopes: {
      summary: `What the key may do, comma-separated (default: inference): ${SCOPES.join(", ")}.`,
      placeholder: "LIST",
    },
    models: { summary: "Models it may use, comma-separated (default: all).", placeholder: "LIST" },
    days: { summary: "Days until it expires (default: never).", placeholder: "COUNT" },
  },
  examples: [
    { line: 'tramontane key create "CI of the web team"', does: "Make a key; it is shown this once" },
    { line: "tramontane key create batch --scopes inference,jobs --days 30", does: "With more rights, for a month" },
    { line: "tramontane key list", does: "Names, prefixes, last use" },
    { line: "tramontane key revoke 0198c2f0-…", does: "Revoke one, at once" },
  ],
  async run(context) {
    const [verb, operand] = context.positionals;
    const action = ACTIONS.get(verb ?? "");
    if (!action) throw unknownVerb(verb);
    const office = await openBackOffice({
      directory: context.config.dataDir,
      databaseUrl: context.config.databaseUrl,
      role: "command",
      configuredKey: undefined,
      clock: systemClock,
      logger: silentLogger,
    });
    try {
      await action(context, office, operand);
      return 0;
    } finally {
      await office.close();
    }
  },
};

type Action = (context: CommandContext, office: BackOffice, operand: string | undefined) => Promise<void>;

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ["create", create],
  ["list", list],
  ["revoke", revoke],
]);

async function create(context: CommandContext, office: BackOffice, name: string | undefined): Promise<void> {
  if (!name) throw new TramontaneError("config_invalid", "A key needs a name: tramontane key create NAME");
  const { id, organizationId } = office.firstWorkspace;
  const made = await office.keys.create(
    {
      organizationId,
      workspaceId: id,
      name,
      scopes: readScopes(context.options["scopes"]),
      models: context.options["models"]?.split(","),
      expiresAt: readExpiry(context.options["days"]),
    },
    ACTOR,
  );
  context.out(made.secret);
  context.fail(`Made ${made.key.id}. The key above is shown this once and stored nowhere.`);
}

async function list(context: CommandContext, office: BackOffice): Promise<void> {
  const keys = await office.keys.list(office.firstWorkspace.organizationId);
  for (const one of keys) context.out(line(one));
}

async function revoke(context: CommandContext, office: BackOffice, id: string | undefined): Promise<void> {
  if (!id)
    throw new TramontaneError("config_invalid", "Which key? tramontane key revoke ID (tramontane key list shows ids)");
  const revoked = await office.keys.revoke(office.firstWorkspace.organizationId, id, ACTOR);
  context.out(`Revoked ${revoked.name} (${revoked.prefix}…).`);
}

function line(one: ApiKey): string {
  const day = (date: Date | undefined, otherwise: string): string => date?.toISOString().slice(0, 10) ?? otherwise;
  const state = one.revokedAt ? `revoked ${day(one.revokedAt, "")}` : `expires ${day(one.expiresAt, "never")}`;
  const used = `last used ${day(one.lastUsedAt, "never")}`;
  return [one.id, `${one.prefix}…`, one.name, one.scopes.join(","), state, used].join("  ");
}

function readScopes(text: string | undefined): Scope[] {
  return (text ?? "inference").split(",").map((word) => {
    const scope = SCOPES.find((candidate) => candidate === word.trim());
    if (scope) return scope;
    const suggestion = nearest(word, SCOPES);
    throw new TramontaneError(
      "config_invalid",
      `"${word}" is not a scope.${suggestion ? ` Did you mean ${suggestion}?` : ""}`,
      { field: "scopes" },
    );
  });
}

function readExpiry(days: string | undefined): Date | undefined {
  if (days === undefined) return undefined;
  const count = Number(days);
  if (!Number.isInteger(count) || count < 1)
    throw new TramontaneError("config_invalid", `--days must be a whole number from 1, not "${days}"`);
  return new Date(systemClock.nowMs() + count * 86_400_000);
}

function unknownVerb(verb: string | undefined): TramontaneError {
  const verbs = [...ACTIONS.keys()];
  const suggestion = verb === undefined ? undefined : nearest(verb, verbs);
  const hint = suggestion ? `Did you mean ${suggestion}?` : `Say one of ${verbs.join(", ")}.`;
  return new TramontaneError(
    "config_invalid",
    `${verb ? `"${verb}" is not something to do with keys.` : "What about keys?"} ${hint}`,
    { hint },
  );
}
