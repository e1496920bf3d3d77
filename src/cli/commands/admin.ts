import { TramontaneError } from "#base";
import { ACTIONS } from "../admin/actions.ts";
import type { AdminAction } from "../admin/actions.ts";
import { adminRequest, fieldsOf, optionOf, usageOf } from "../admin/admin-request.ts";
import type { AdminRequest } from "../admin/admin-request.ts";
import { FIELDS } from "../admin/fields.ts";
import { linesOf, rowsOf } from "../admin/print-answer.ts";
import { readApiKey } from "../api-key.ts";
import type { Command, CommandContext, CommandOption } from "../command.ts";
import type { Config } from "../config.ts";
import { column } from "../help.ts";
import { nearest } from "../nearest.ts";
import { tableOf } from "../office.ts";
import { flagOf } from "../settings.ts";
import { callServer } from "../terminal/api-client.ts";
import type { ServerAddress } from "../terminal/api-client.ts";
import { serverUrl } from "../tls.ts";

const COMMON: Readonly<Record<string, CommandOption>> = {
  organization: { summary: "Another organization than the key's own.", placeholder: "ID" },
  server: { summary: "Another server than this configuration's.", placeholder: "URL" },
  json: { summary: "The answer as JSON; of a list, one object per line." },
  file: { summary: "A file of JSON with (more of) what is sent; - is standard input.", placeholder: "FILE" },
};

export const admin: Command = {
  name: "admin",
  summary: "Administer a running server: people, keys, models, money, limits, policies.",
  operands: "THING VERB [...]",
  options: {
    ...COMMON,
    ...Object.fromEntries(Object.entries(FIELDS).map(([name, field]) => [optionOf(name), field])),
  },
  examples: [
    { line: "tramontane admin keys", does: "What can be done with keys, and how" },
    { line: 'tramontane admin organizations create "Customer A"', does: "An organization with a workspace" },
    { line: "tramontane admin keys create app --models tramontane-small", does: "A key for an application" },
    { line: "tramontane admin members invite ada@example.com developer", does: "Invite somebody" },
    { line: "tramontane admin limits set --requests-per-second 5", does: "Limit the organization" },
    { line: "tramontane admin budgets set 100 --at-cap warn", does: "Say when a month costs more" },
    { line: "tramontane admin prices add --file prices.json", does: "A version of a price list" },
    { line: "tramontane admin commitments agree 12000 2027-01-01 2028-01-01", does: "A commitment of a year" },
    { line: "tramontane admin deployments list", does: "Models, and whether they are loaded" },
    { line: "tramontane admin usage export --from 2027-01-01 --format csv", does: "Usage as a file" },
    { line: "tramontane admin audit export --json > audit.jsonl", does: "The audit log with its hashes" },
    { line: "tramontane admin policies draft --file rules.json", does: "Then: policies publish" },
  ],
  help: ({ positionals: [thing] }) => helpOf(thing),
  async run(context) {
    const [thing, verb, ...operands] = context.positionals;
    if (thing === undefined || verb === undefined) {
      for (const line of helpOf(thing).split("\n")) context.out(line);
      return 0;
    }
    const action = findAction(thing, verb);
    const request = adminRequest(action, operands, context.options);
    const asJson = context.options["json"] !== undefined;
    let isFirst = true;
    for await (const answer of answersOf(action, request, addressOf(context))) {
      const lines = typeof answer === "string" ? [answer.trimEnd()] : linesOf(answer, action.columns, asJson);
      // The names of the columns stand above the first page.
      for (const line of isFirst || asJson ? lines : lines.slice(1)) context.out(line);
      isFirst = false;
    }
    return 0;
  },
};

/** The answer, or of a list in pages each of them. */
async function* answersOf(action: AdminAction, request: AdminRequest, address: ServerAddress): AsyncGenerator<unknown> {
  const { method, path, body } = request;
  let { query } = request;
  for (;;) {
    const search = new URLSearchParams(query).toString();
    const url = `/admin/v1${path}${search === "" ? "" : `?${search}`}`;
    const answer = await callServer(address, url, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    const value: unknown = isJson ? await answer.json() : await answer.text();
    yield value;
    const last = action.pagedBy === undefined ? undefined : rowsOf(value)?.at(-1)?.[action.pagedBy];
    if (last === undefined) return;
    query = { ...query, after: JSON.stringify(last) };
  }
}

function addressOf({ config, options }: CommandContext): ServerAddress {
  const apiKey = readApiKey(config);
  if (apiKey === undefined)
    throw new TramontaneError("config_invalid", "No key: give one with --api-key or TRAMONTANE_API_KEY.");
  return { url: options["server"]?.replace(/\/$/, "") ?? adminUrlOf(config), apiKey };
}

/** The admin API may have a port of its own. */
function adminUrlOf(config: Config): string {
  const { adminHost: host, adminPort: port } = config;
  return serverUrl(config, port === undefined ? config : { host, port });
}

function findAction(thing: string, verb: string): AdminAction {
  const found = ACTIONS.find(({ name }) => name === `${thing} ${verb}`);
  if (found !== undefined) return found;
  const things = [...new Set(ACTIONS.map(({ name }) => name.split(" ")[0]!))];
  const verbs = verbsOf(thing).map(({ name }) => name.split(" ")[1]!);
  const [word, known] = verbs.length === 0 ? [thing, things] : [verb, verbs];
  const suggestion = nearest(word, known);
  const hint = suggestion === undefined ? `Say one of ${known.join(", ")}.` : `Did you mean ${suggestion}?`;
  const what =
    verbs.length === 0 ? `"${thing}" is nothing to administer.` : `"${verb}" is nothing to do with ${thing}.`;
  throw new TramontaneError("config_invalid", `${what} ${hint}`, { hint });
}

const verbsOf = (thing: string): readonly AdminAction[] => ACTIONS.filter(({ name }) => name.startsWith(`${thing} `));

/** What can be done, all of it or with one thing, in which case with its options. */
function helpOf(thing: string | undefined): string {
  const actions = thing === undefined ? ACTIONS : verbsOf(thing);
  if (actions.length === 0) findAction(thing!, "");
  const lines = actions.flatMap((action) => {
    const call = usageOf(action).replace("tramontane admin ", "");
    const own = thing === undefined ? [] : fieldsOf(action).map((name) => [name, FIELDS[name]] as const);
    return [
      column(call, action.summary),
      ...own.map(([name, field]) => column(`    --${flagOf(optionOf(name))} ${field.placeholder}`, field.summary)),
    ];
  });
  const common = Object.entries(COMMON).map(([name, { placeholder = "", summary }]) =>
    column(`--${flagOf(name)} ${placeholder}`, summary),
  );
  const examples = admin.examples.filter(({ line }) => thing === undefined || line.includes(` ${thing} `));
  return [
    admin.summary,
    "",
    "Usage: tramontane admin THING VERB [...] [options]",
    "",
    ...lines,
    "",
    "Options of all",
    ...common,
    column("--api-key KEY", "Who asks (default: the key of this configuration's first start)."),
    ...(examples.length === 0
      ? []
      : ["", "Examples", ...tableOf(examples.map(({ line, does }) => [`  ${line}`, does]))]),
  ].join("\n");
}
