import type { PolicyDraft, PolicyStage, PolicyVerdict } from "#protocol";
import type { List } from "./admin-views.ts";
import type { ApiCall } from "./api.ts";
import type {
  DecisionView,
  PolicyDiffView,
  PolicyView,
  PolicyVersionView,
  PrecisionView,
  ReplayView,
  RuleTemplateView,
} from "./policy-views.ts";

/** The doors of a workspace's policy. */
export class PolicyApi {
  readonly #call: ApiCall;

  constructor(call: ApiCall) {
    this.#call = call;
  }

  policy = (): Promise<PolicyView> => this.#ask("GET", "");
  saveDraft = (draft: PolicyDraft): Promise<PolicyView> => this.#ask("PUT", "/draft", draft);
  dropDraft = (): Promise<PolicyView> => this.#ask("DELETE", "/draft");
  publish = (note: string, baseVersion: number): Promise<PolicyView> =>
    this.#ask("POST", "/publish", { base_version: baseVersion, ...(note === "" ? {} : { note }) });
  rollBack = (version: number): Promise<PolicyView> => this.#ask("POST", "/roll-back", { version });
  /** From the version in force to the draft. */
  diff = (): Promise<PolicyDiffView> => this.#ask("GET", "/diff");
  versions = (): Promise<readonly PolicyVersionView[]> => this.#list("/versions");
  templates = (): Promise<readonly RuleTemplateView[]> => this.#list("/templates");
  test = (text: string, stage: PolicyStage): Promise<readonly PolicyVerdict[]> =>
    this.#ask<List<PolicyVerdict>>("POST", "/test", { texts: [text], applies_to: stage }).then(({ data }) => data);
  replay = (messages: number): Promise<ReplayView> => this.#ask("POST", "/replay", { messages });
  decisions = (query: string): Promise<readonly DecisionView[]> => this.#list(`/decisions${query}`);
  excerpt = async (id: string): Promise<string | null> =>
    (await this.#ask<{ readonly excerpt: string | null }>("GET", `/decisions/${id}/excerpt`)).excerpt;
  review = (id: string, verdict: DecisionView["verdict"]): Promise<DecisionView> =>
    this.#ask("POST", `/decisions/${id}/review`, { verdict });
  precision = (): Promise<readonly PrecisionView[]> => this.#list("/precision");

  #ask<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    return this.#call(method, `/admin/v1/policy${path}`, body === undefined ? {} : { body });
  }

  async #list<Item>(path: string): Promise<readonly Item[]> {
    return (await this.#ask<List<Item>>("GET", path)).data;
  }
}
