import { TramontaneError } from "#base";
import type { CancelSignal } from "#base";
import type { PolicyDefinition, PolicyStage, PolicyVerdict } from "#protocol";
import type { Database } from "../storage/database.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { RuleJudge } from "./rule-classifier.ts";
import { verdictOf } from "./verdict.ts";

export interface ReplayedMessage {
  readonly messageId: string;
  readonly at: Date;
  readonly userId: string;
  /** Undefined unless the draft or the policy in force keeps excerpts. */
  readonly excerpt: string | undefined;
  readonly before: PolicyVerdict;
  readonly after: PolicyVerdict;
  readonly changed: boolean;
}

interface WorkbenchParts {
  readonly database: Database;
  readonly store: PolicyStore;
  readonly judge: RuleJudge;
}

export interface TestWish {
  readonly texts: readonly string[];
  readonly stage: PolicyStage;
  readonly which: "draft" | "published";
  readonly signal: CancelSignal;
}

const EXCERPT = 240;
/** Behind everybody who waits for an answer. */
const PRIORITY = 5;
const PASS: PolicyVerdict = { outcome: "pass", rule: null, findings: [], latency_ms: 0 };

/** Where a policy is tried before it counts: nothing here is answered, refused or logged. */
export class PolicyWorkbench {
  readonly #parts: WorkbenchParts;

  constructor(parts: WorkbenchParts) {
    this.#parts = parts;
  }

  /** What the policy would do with each text. Errors: `not_found` without such a policy, those of the model. */
  async test(workspaceId: string, { texts, stage, which, signal }: TestWish): Promise<PolicyVerdict[]> {
    const { draft, published } = await this.#parts.store.read(workspaceId);
    const definition = which === "draft" ? (draft ?? published?.definition) : published?.definition;
    if (!definition) throw new TramontaneError("not_found", `There is no ${which} policy to test`);
    const verdicts: PolicyVerdict[] = [];
    for (const text of texts) verdicts.push(await this.#verdict(definition, { text, stage, signal }));
    return verdicts;
  }

  /**
   * What the draft would do with the newest messages of the workspace's chats, beside what the policy in force would. Only the
   * chat app keeps messages; what programs send is not kept and cannot be replayed.
   */
  async replay(
    workspaceId: string,
    {
      messages,
      stage,
      signal,
    }: { readonly messages: number; readonly stage: PolicyStage; readonly signal: CancelSignal },
  ): Promise<ReplayedMessage[]> {
    const { draft, published } = await this.#parts.store.read(workspaceId);
    const now = draft ?? published?.definition;
    if (!now) throw new TramontaneError("not_found", "There is no draft to try");
    const isShown = now.keep_excerpts || published?.definition.keep_excerpts === true;
    const rows = await this.#parts.database.query<{
      id: string;
      content: string;
      created_at_ms: bigint;
      user_id: string;
    }>(
      `select m.id, m.content, m.created_at_ms, c.user_id from chat_message m
         join chat_conversation c on c.id = m.conversation_id
       where c.workspace_id = $1 and m.role = $2 and m.content <> '' and m.status <> 'streaming'
       order by m.ordinal desc limit $3`,
      [workspaceId, stage === "input" ? "user" : "assistant", messages],
    );
    const replayed: ReplayedMessage[] = [];
    for (const { id, content: text, created_at_ms: atMs, user_id: userId } of rows) {
      const before = published ? await this.#verdict(published.definition, { text, stage, signal }) : PASS;
      const after = await this.#verdict(now, { text, stage, signal });
      replayed.push({
        messageId: id,
        at: new Date(Number(atMs)),
        userId,
        excerpt: isShown ? text.slice(0, EXCERPT) : undefined,
        before,
        after,
        changed: before.outcome !== after.outcome || before.rule?.rule_id !== after.rule?.rule_id,
      });
    }
    return replayed;
  }

  async #verdict(
    { rules, model }: PolicyDefinition,
    { text, stage, signal }: { readonly text: string; readonly stage: PolicyStage; readonly signal: CancelSignal },
  ): Promise<PolicyVerdict> {
    const numbered = rules
      .map((rule, index) => ({ number: index + 1, rule }))
      .filter(({ rule }) => rule.applies_to === stage);
    if (numbered.length === 0) return PASS;
    const lines = numbered.map(({ rule }) => rule.text);
    const judgement = await this.#parts.judge.judge({
      model: model ?? undefined,
      rules: lines,
      text,
      priority: PRIORITY,
      signal,
    });
    return verdictOf(numbered, judgement);
  }
}
