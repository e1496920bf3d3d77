import { createHash } from "node:crypto";
import { Canceller, TramontaneError } from "#base";
import type { PolicyNotice, PolicyRule, PolicyStage, PolicyVerdict, RuleNotice } from "#protocol";
import type { Call } from "../inference/call.ts";
import type { Turn } from "../inference/turn.ts";
import { actorOf } from "../tenancy/caller.ts";
import type { DecisionLog, DecisionOutcome } from "./decision-log.ts";
import type { PolicyStore, PolicyVersion } from "./policy-store.ts";
import { refusalText, unjudgedText } from "./refusal-words.ts";
import type { Judgement, RuleJudge } from "./rule-classifier.ts";
import { languageOf } from "./user-language.ts";
import { verdictOf } from "./verdict.ts";
import type { NumberedRule } from "./verdict.ts";
import { watchOutput } from "./watch-output.ts";

/** What is asked of a model, as far as the policy looks at it. */
export interface GuardedRequest {
  /** What people said, oldest first; the last is new. */
  readonly userTexts: readonly string[];
  /** The request's place in the engine's queue, which its judgements share. */
  readonly priority: number;
}

/** Holds requests to their workspace's policy. */
export interface PolicyGuard {
  /** Undefined when no rule concerns the caller; at once when the policy is known. */
  begin(call: Call, request: GuardedRequest): PolicyWatch | undefined | Promise<PolicyWatch | undefined>;
  /** The rules about questions that concern the caller. */
  rules(call: Call): Promise<readonly NumberedRule[]>;
}

/** One request under a policy. */
export interface PolicyWatch {
  /** Warnings so far, and what passed unjudged, in the order of their coming. */
  readonly notices: readonly PolicyNotice[];
  /** Before anything is generated. Errors: `policy_refused`, `policy_unavailable` where the policy fails closed. */
  checkInput(): Promise<void>;
  /** Passes an answer on as far as it was judged; throws as `checkInput` does, and lets nothing out after that. */
  watch(turn: Turn): Turn;
}

export interface WorkspaceGuardParts {
  readonly store: Pick<PolicyStore, "inForce">;
  readonly judge: RuleJudge;
  readonly log: Pick<DecisionLog, "record">;
}

const JUDGE_WITHIN_MS = 30_000;
/** Characters kept of a text where the administrator wants excerpts. */
const EXCERPT = 240;
/** Verdicts on old messages of running conversations; only hashes and scores are kept. */
const REMEMBERED = 4096;
/** Questions at a time, so that a long history does not take the engine for itself. */
const AT_ONCE = 8;

export class WorkspaceGuard implements PolicyGuard {
  readonly #parts: WorkspaceGuardParts;
  /** Scores of input texts by what was asked; least recently used first. */
  readonly #known = new Map<string, KnownScores>();

  constructor(parts: WorkspaceGuardParts) {
    this.#parts = parts;
  }

  begin(call: Call, request: GuardedRequest): PolicyWatch | undefined | Promise<PolicyWatch | undefined> {
    const version = this.#parts.store.inForce(call.caller.workspaceId);
    if (version instanceof Promise) return version.then((read) => this.#watch(read, call, request));
    return this.#watch(version, call, request);
  }

  #watch(version: PolicyVersion | undefined, call: Call, request: GuardedRequest): PolicyWatch | undefined {
    const rules = version ? rulesFor(version, call) : [];
    if (!version || rules.length === 0) return undefined;
    return new RequestWatch({
      ...this.#parts,
      version,
      call,
      request,
      inputRules: rules.filter(({ rule }) => rule.applies_to === "input"),
      outputRules: rules.filter(({ rule }) => rule.applies_to === "output"),
      known: this.#known,
    });
  }

  async rules(call: Call): Promise<readonly NumberedRule[]> {
    const version = await this.#parts.store.inForce(call.caller.workspaceId);
    return version ? rulesFor(version, call).filter(({ rule }) => rule.applies_to === "input") : [];
  }
}

function rulesFor({ definition }: PolicyVersion, call: Call): readonly NumberedRule[] {
  const numbered = definition.rules.map((rule, index) => ({ number: index + 1, rule }));
  return numbered.filter(({ rule }) => concerns(rule, call));
}

function concerns({ audience, audience_ids: ids }: PolicyRule, { caller, channel }: Call): boolean {
  const isPerson = channel === "app";
  if (audience !== "everyone" && (audience === "people") !== isPerson) return false;
  return ids.length === 0 || ids.some((id) => id === caller.userId || id === caller.keyId);
}

type KnownScores = Pick<Judgement, "scores" | "model">;

/** A verdict, and whose it is. */
interface Judged {
  readonly verdict: PolicyVerdict;
  readonly model: string;
}

interface RequestWatchParts extends WorkspaceGuardParts {
  readonly version: PolicyVersion;
  readonly call: Call;
  readonly request: GuardedRequest;
  readonly inputRules: readonly NumberedRule[];
  readonly outputRules: readonly NumberedRule[];
  readonly known: Map<string, KnownScores>;
}

class RequestWatch implements PolicyWatch {
  readonly notices: PolicyNotice[] = [];
  readonly #parts: RequestWatchParts;
  /** Rules that were noticed already, by stage and number. */
  readonly #noticed = new Set<string>();

  constructor(parts: RequestWatchParts) {
    this.#parts = parts;
  }

  async checkInput(): Promise<void> {
    const { request, inputRules } = this.#parts;
    const newest = request.userTexts.at(-1);
    if (newest === undefined || inputRules.length === 0) return;
    await this.#hold("input", newest, inputRules);
    // Old messages were warned about when they were new; but a refused one must not come back as history.
    const refusing = inputRules.filter(({ rule }) => rule.action === "refuse");
    const earlier = refusing.length === 0 ? [] : [...new Set(request.userTexts.slice(0, -1))];
    for (let at = 0; at < earlier.length; at += AT_ONCE) {
      await Promise.all(earlier.slice(at, at + AT_ONCE).map((text) => this.#hold("input", text, refusing)));
    }
  }

  watch(turn: Turn): Turn {
    const { outputRules, version } = this.#parts;
    if (outputRules.length === 0) return turn;
    const judge = (text: string) => this.#hold("output", text, outputRules);
    return watchOutput(turn, { judge, windowCharacters: version.definition.output_window });
  }

  /** Judges a text and acts on the verdict: throws, notes or stays silent. */
  async #hold(stage: PolicyStage, text: string, rules: readonly NumberedRule[]): Promise<void> {
    if (text.trim() === "") return;
    const judged = await this.#judge(stage, text, rules);
    if (judged === undefined) return;
    const { verdict } = judged;
    if (verdict.outcome === "pass" || verdict.rule === null) return;
    const { number, text: words, category, score } = verdict.rule;
    const notice: RuleNotice = { action: verdict.outcome, stage, rule_number: number, rule: words, category, score };
    const key = `${stage} ${number} ${notice.action}`;
    const isNews = !this.#noticed.has(key);
    if (isNews) this.#record(stage, text, { outcome: verdict.outcome, judged });
    this.#noticed.add(key);
    if (notice.action === "refuse") {
      const message = refusalText(notice, this.#language());
      const { requestId } = this.#parts.call;
      throw new TramontaneError("policy_refused", message, { details: { policy: notice, requestId } });
    }
    if (isNews && notice.action === "warn") this.notices.push(notice);
  }

  /** Undefined when it could not be judged and the policy lets such texts through. */
  async #judge(stage: PolicyStage, text: string, rules: readonly NumberedRule[]): Promise<Judged | undefined> {
    const { judge, version, call, request, known } = this.#parts;
    const model = version.definition.model ?? undefined;
    const lines = rules.map(({ rule }) => rule.text);
    const key =
      stage === "input"
        ? createHash("sha256")
            .update(JSON.stringify([model, lines, text]))
            .digest("base64")
        : "";
    const old = known.get(key);
    if (old) return { verdict: verdictOf(rules, { scores: old.scores, latencyMs: 0 }), model: old.model };
    const signal = new Canceller();
    const giveUp = (): void =>
      signal.cancel(call.signal.reason ?? new TramontaneError("cancelled", "Judging took too long"));
    const timer = setTimeout(giveUp, JUDGE_WITHIN_MS);
    call.signal.addEventListener("abort", giveUp, { once: true });
    if (call.signal.aborted) giveUp();
    try {
      const judgement = await judge.judge({ model, rules: lines, text, priority: request.priority, signal });
      if (key !== "") remember(known, key, judgement);
      return { verdict: verdictOf(rules, judgement), model: judgement.model };
    } catch (error) {
      call.signal.throwIfAborted();
      if (version.definition.on_failure === "open") return this.#letThrough(stage, text);
      this.#record(stage, text, { outcome: "failed_closed", judged: undefined });
      throw new TramontaneError("policy_unavailable", unjudgedText(this.#language()), { cause: error });
    } finally {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", giveUp);
    }
  }

  /** Who reads the answer and who reads the log hear once of a request that nobody judged it. */
  #letThrough(stage: PolicyStage, text: string): undefined {
    const { version, note } = this.#parts.version;
    if (this.notices.some((other) => other.action === "unjudged" && other.stage === stage)) return;
    this.#record(stage, text, { outcome: "failed_open", judged: undefined });
    this.notices.push({ action: "unjudged", stage, policy_version: version, policy_note: note ?? null });
  }

  #record(stage: PolicyStage, text: string, made: { outcome: DecisionOutcome; judged: Judged | undefined }): void {
    const { log, call, version } = this.#parts;
    const rule = made.judged?.verdict.rule ?? undefined;
    log.record({
      workspaceId: call.caller.workspaceId,
      requestId: call.requestId,
      actor: actorOf(call.caller),
      stage,
      outcome: made.outcome,
      version: version.version,
      rule: rule && {
        id: rule.rule_id,
        number: rule.number,
        text: rule.text,
        category: rule.category,
        score: rule.score,
        threshold: rule.threshold,
      },
      model: made.judged?.model ?? version.definition.model ?? "default",
      latencyMs: made.judged?.verdict.latency_ms ?? 0,
      excerpt: version.definition.keep_excerpts ? text.slice(0, EXCERPT) : undefined,
    });
  }

  #language() {
    return languageOf(this.#parts.request.userTexts.at(-1) ?? "");
  }
}

function remember(known: Map<string, KnownScores>, key: string, scores: KnownScores): void {
  known.set(key, scores);
  for (const oldest of known.keys()) {
    if (known.size <= REMEMBERED) break;
    known.delete(oldest);
  }
}
