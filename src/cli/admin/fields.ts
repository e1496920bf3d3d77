import { TramontaneError } from "#base";
import { ROLES, SCOPES } from "#platform";

/** A field of the admin API as the command line takes it. */
export interface Field {
  readonly summary: string;
  readonly placeholder: string;
  /** The field's value from its text. Errors: `config_invalid`. */
  readonly read: (text: string, name: string) => unknown;
}

const text = (placeholder: string, summary: string): Field => ({ summary, placeholder, read: (value) => value });
const number = (summary: string): Field => ({ summary, placeholder: "N", read: readNumber });
const list = (summary: string): Field => ({
  summary,
  placeholder: "A,B",
  read: (value) => value.split(",").map((word) => word.trim()),
});
const instant = (summary: string): Field => ({ summary, placeholder: "DATE", read: readInstant });
const choice = (summary: string, ...words: string[]): Field => text(words.join("|"), summary);

/** Every field that an action may take, by its name on the wire. A name means the same in all actions. */
export const FIELDS = {
  after: number("Only records after this one."),
  amount: text("AMOUNT", "An exact decimal, such as 500 or 0.25."),
  at_cap: choice("What happens at the cap (default: stop).", "stop", "warn", "overage"),
  automatic_shortfall: {
    summary: "Whether what is missing at the end is invoiced (default: true).",
    placeholder: "true|false",
    read: readBoolean,
  },
  cap: text("AMOUNT", "The most that may be spent."),
  concurrent_requests: number("Requests at the same time."),
  discount_basis_points: number("Hundredths of a percent off the list (default: 0)."),
  email: text("EMAIL", "Somebody's address."),
  ends_at: instant("When it ends."),
  expires_at: instant("When it expires (default: never)."),
  format: choice("As a file of comma-separated values.", "csv"),
  from: instant("From this instant on."),
  group_by: list("Rows by any of hour, day, month, workspace, key, user, model (default: day,model)."),
  model: text("MODEL", "One model only (default: all together)."),
  models: list("Models it may use (default: all)."),
  name: text("NAME", "A name."),
  note: text("TEXT", "Why; kept with the version."),
  organization_id: text("ID", "An organization."),
  period: choice("How long the cap holds (default: month).", "month", "total"),
  price_list: text("NAME", "The price list; without one everything is free."),
  priority: number("Lower numbers are drawn first (default: 0)."),
  requests_per_second: number("Requests a second."),
  role: choice("What somebody may do.", ...ROLES),
  scope: choice("Whom it is about (default: organization).", "organization", "workspace", "key"),
  scope_id: text("ID", "Which workspace or key."),
  scopes: list(`What the key may do (default: inference): ${SCOPES.join(", ")}.`),
  sha256: text("HEX", "Checksum that the file must have."),
  source: choice("Where credit comes from (default: purchase).", "purchase", "promotion"),
  starts_at: instant("When it begins."),
  to: instant("Up to this instant."),
  tokens_per_minute: number("Tokens a minute."),
  tokens_per_month: number("Tokens a calendar month."),
  url: text("URL", "Where the file is, if the catalog does not know it."),
  version: number("A version's number."),
  when_credit_ends: choice("What happens then (default: overage).", "stop", "overage"),
  workspace_id: text("ID", "Another workspace than the key's own."),
} satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof FIELDS;

function readNumber(value: string, name: string): number {
  const read = Number(value);
  if (value.trim() !== "" && Number.isFinite(read)) return read;
  throw new TramontaneError("config_invalid", `${name} must be a number, not "${value}"`, { field: name });
}

function readBoolean(value: string, name: string): boolean {
  if (value === "true" || value === "false") return value === "true";
  throw new TramontaneError("config_invalid", `${name} must be true or false, not "${value}"`, { field: name });
}

function readInstant(value: string, name: string): string {
  const date = new Date(value);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  const message = `${name} must be a date such as 2027-01-01 or 2027-01-01T12:00:00Z, not "${value}"`;
  throw new TramontaneError("config_invalid", message, { field: name });
}
