import type { ApiCall } from "./api.ts";

/** What the admin API shows of a key; the key itself only once, when it is made. */
export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

export interface UsageView {
  readonly day?: string;
  readonly model?: string;
  readonly requests: number;
  readonly prompt_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  /** An exact decimal. */
  readonly amount: string;
}

interface List<Item> {
  readonly data: readonly Item[];
}

/** The admin API as the console uses it, with the session of whoever is signed in. */
export class AdminApi {
  readonly #call: ApiCall;

  constructor(call: ApiCall) {
    this.#call = call;
  }

  keys = (): Promise<List<KeyView>> => this.#call("GET", "/admin/v1/api-keys");
  createKey = (name: string, scopes: readonly string[]): Promise<KeyView & { readonly key: string }> =>
    this.#call("POST", "/admin/v1/api-keys", { body: { name, scopes } });
  revokeKey = (id: string): Promise<KeyView> => this.#call("DELETE", `/admin/v1/api-keys/${id}`);
  usage = (fromDay: string): Promise<List<UsageView>> =>
    this.#call("GET", `/admin/v1/usage?group_by=day,model&from=${fromDay}`);
  usageCsv = (fromDay: string): Promise<string> =>
    this.#call("GET", `/admin/v1/usage?group_by=day,model&from=${fromDay}&format=csv`);
}
