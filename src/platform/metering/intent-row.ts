/** An intent as the table holds it. */
export interface IntentRow {
  readonly request_id: string;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly api_key_id: string | null;
  readonly model: string;
  readonly mode: "standard" | "batch";
  readonly price_list_id: string | null;
  readonly discount_basis_points: number;
  readonly estimate: bigint;
  readonly prompt_tokens: number;
  readonly output_tokens: number;
}
