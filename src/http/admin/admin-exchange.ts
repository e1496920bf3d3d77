import type { z } from "zod";
import { TramontaneError } from "#base";
import { requireScope } from "#platform";
import type { BackOffice, Scope } from "#platform";
import { readBody } from "#protocol";
import { accept } from "../route.ts";
import type { Answer, Exchange, Route } from "../route.ts";

/** What a handler of the admin API works with. */
export interface AdminExchange extends Exchange {
  readonly office: BackOffice;
  /** The organisation concerned: the caller's own, or any that an operator names in `organization_id`. */
  readonly organizationId: string;
}

interface AdminDoor<S extends z.ZodObject> {
  readonly method: Route["method"];
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  /** Whose rows it may touch: one organisation's (the default), or everybody's. */
  readonly reach?: "organization" | "installation";
  readonly body?: S;
  handle(exchange: AdminExchange, body: z.infer<S>): Promise<unknown>;
}

const GROUP = "Administration";

/** A door of the admin API: the scope is checked first, then the organisation, then the body. */
export function adminRoute<S extends z.ZodObject>(office: BackOffice, door: AdminDoor<S>): Route {
  return {
    method: door.method,
    paths: [`/admin/v1${door.path}`],
    group: GROUP,
    summary: door.summary,
    ...(door.body ? { body: door.body } : {}),
    async handle(exchange): Promise<Answer> {
      requireScope(exchange.caller, door.scope);
      const admin = { ...exchange, office, organizationId: await organizationOf(office, exchange) };
      const body = door.body ? accept(readBody(door.body, exchange.body ?? {}), exchange).value : ({} as z.infer<S>);
      const work = async (): Promise<unknown> => await door.handle(admin, body);
      const value =
        door.reach === "installation" ? await work() : await office.asOrganization(admin.organizationId, work);
      return isAnswer(value) ? value : { kind: "json", value };
    },
  };
}

async function organizationOf(office: BackOffice, { caller, query }: Exchange): Promise<string> {
  if (query["organization_id"] === undefined) return caller.organizationId;
  const wanted = textOf(query, "organization_id") ?? "";
  if (wanted === caller.organizationId) return caller.organizationId;
  requireScope(caller, "operator");
  return (await office.organizations.get(wanted)).id;
}

function isAnswer(value: unknown): value is Answer {
  return (
    typeof value === "object" && value !== null && "kind" in value && (value.kind === "text" || value.kind === "json")
  );
}

/** A file of comma-separated values (RFC 4180). Cells that a spreadsheet would run as a formula are made text. */
export function csvAnswer(
  header: readonly string[],
  rows: readonly (readonly (string | number | bigint | null)[])[],
): Answer {
  const cell = (value: string | number | bigint | null): string => {
    const text = String(value ?? "");
    const isNumber = typeof value !== "string" || /^-?\d+(\.\d+)?$/.test(text);
    const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const text = [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
  return { kind: "text", contentType: "text/csv; charset=utf-8", text };
}

/** A query parameter given once; undefined when it is absent or repeated. */
export function textOf(query: Exchange["query"], name: string): string | undefined {
  const value = query[name];
  return typeof value === "string" ? value : undefined;
}

/** The instant a query parameter names. */
export function instantOf(query: Exchange["query"], name: string, fallback: Date): Date {
  const value = textOf(query, name);
  if (value === undefined) return fallback;
  const date = new Date(value);
  if (!Number.isNaN(date.getTime())) return date;
  throw new TramontaneError(
    "invalid_request",
    `\`${name}\` must be a date such as 2024-02-26 or 2024-02-26T12:00:00Z`,
    { field: name },
  );
}
