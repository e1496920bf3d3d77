import { useState } from "react";
import type { PolicyStage, PolicyVerdict } from "#protocol";
import type { PolicyApi } from "../../app/policy-api.ts";
import type { ReplayView } from "../../app/policy-views.ts";
import { FaultNote } from "../../components/fault-note.tsx";
import { useConsoleWords } from "../console-words.tsx";
import { Badge, Card } from "../parts/card.tsx";
import type { Tone } from "../parts/card.tsx";
import { ChoiceField } from "../parts/form.tsx";
import { Table } from "../parts/table.tsx";

export const OUTCOME_TONES: Readonly<Record<string, Tone>> = {
  pass: "ok",
  log: "plain",
  warn: "warn",
  refuse: "policy",
};

interface PolicyTrialProps {
  readonly policies: PolicyApi;
  /** Keeps what is being edited, so that it is what is tried. */
  readonly onBefore: () => Promise<unknown>;
}

/** What the draft would do: with a typed text, and with what people really asked. Nothing changes for anybody. */
export function PolicyTrial({ policies, onBefore }: PolicyTrialProps) {
  const words = useConsoleWords();
  const { t } = words;
  const [text, setText] = useState("");
  const [stage, setStage] = useState<PolicyStage>("input");
  const [verdict, setVerdict] = useState<PolicyVerdict>();
  const [replay, setReplay] = useState<ReplayView>();
  const [isWorking, setWorking] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const attempt = async (work: () => Promise<void>) => {
    setWorking(true);
    setFault(undefined);
    try {
      await onBefore();
      await work();
    } catch (error) {
      setFault(error);
    }
    setWorking(false);
  };
  return (
    <Card title={t("policy.trial")}>
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") void attempt(async () => setVerdict((await policies.test(text, stage))[0]));
        }}
      >
        <textarea
          aria-label={t("policy.trialText")}
          placeholder={t("policy.trialText")}
          className="field field-sizing-content min-h-16 resize-none"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <div className="flex flex-wrap items-end gap-2">
          <ChoiceField
            label={t("policy.stage")}
            isBare
            value={stage}
            options={(["input", "output"] as const).map((it) => [it, t(`policy.${it}`)])}
            onChange={setStage}
          />
          <button type="submit" className="button" disabled={isWorking || text.trim() === ""}>
            {t("policy.try")}
          </button>
          <button
            type="button"
            className="button"
            disabled={isWorking}
            onClick={() => void attempt(async () => setReplay(await policies.replay(50)))}
          >
            {t("policy.replay")}
          </button>
        </div>
      </form>
      <div role="status" className="mt-3 text-sm">
        {isWorking && t("policy.judging")}
        {!isWorking && fault !== undefined && (
          <span className="text-danger">
            <FaultNote words={words} error={fault} />
          </span>
        )}
        {verdict && !isWorking && <Verdict verdict={verdict} />}
        {replay && !isWorking && (
          <p className="num mt-2">
            {t("policy.replayed", {
              n: replay.messages,
              refuse: replay.would_refuse,
              warn: replay.would_warn,
              changed: replay.changed,
            })}
          </p>
        )}
      </div>
      {replay && replay.data.some(({ after, changed }) => changed || after !== "pass") && (
        <Table
          label={t("policy.replay")}
          columns={[t("audit.at"), t("policy.excerpt"), t("policy.before"), t("policy.after")]}
          rows={replay.data
            .filter(({ after, changed }) => changed || after !== "pass")
            .map((it) => ({
              key: it.message_id,
              cells: [
                words.date(Date.parse(it.at), { dateStyle: "short", timeStyle: "short" }),
                it.excerpt ?? "–",
                <Badge key="before" tone={OUTCOME_TONES[it.before] ?? "plain"}>
                  {t(`policy.${it.before}`)}
                </Badge>,
                <Badge key="after" tone={OUTCOME_TONES[it.after] ?? "plain"}>
                  {t(`policy.${it.after}`)}
                </Badge>,
              ],
            }))}
        />
      )}
    </Card>
  );
}

function Verdict({ verdict }: { readonly verdict: PolicyVerdict }) {
  const words = useConsoleWords();
  const { t } = words;
  const score = (value: number) => words.number(value, { maximumFractionDigits: 2 });
  return (
    <div className="num">
      <Badge tone={OUTCOME_TONES[verdict.outcome] ?? "plain"}>{t(`policy.${verdict.outcome}`)}</Badge>
      <ul className="mt-2">
        {verdict.findings.map((finding) => (
          <li key={finding.rule_id} className={finding.broken ? "font-semibold" : "text-ink-2"}>
            {t("policy.finding", {
              n: finding.number,
              text: finding.text,
              score: score(finding.score),
              threshold: score(finding.threshold),
            })}
          </li>
        ))}
      </ul>
    </div>
  );
}
