import type { PolicyAdvice } from "#protocol";
import { Icon } from "../../components/icon.tsx";
import { useConsoleWords } from "../console-words.tsx";
import { ChoiceField, TextField } from "../parts/form.tsx";
import type { DraftRule } from "./draft-rule.ts";
import { adviceText } from "./rule-words.ts";

interface RuleEditorProps {
  readonly rule: DraftRule;
  readonly number: number;
  readonly advice: readonly PolicyAdvice[];
  readonly onChange: (rule: DraftRule) => void;
  readonly onMove: ((by: -1 | 1) => void) | undefined;
  readonly onRemove: () => void;
}

/** One numbered rule: its words, what it does and for whom; and what a careful reader would ask about it. */
export function RuleEditor({ rule, number, advice, onChange, onMove, onRemove }: RuleEditorProps) {
  const words = useConsoleWords();
  const { t } = words;
  const set = (part: Partial<DraftRule>) => onChange({ ...rule, ...part });
  return (
    <li className="rounded-lg border border-line bg-surface p-4">
      <div className="flex items-start gap-3">
        <span className="num mt-2 w-6 text-right font-semibold text-ink-2" aria-hidden="true">
          {number}.
        </span>
        <label className="min-w-0 flex-1">
          <span className="sr-only">{t("policy.rule", { n: number })}</span>
          <textarea
            className="field field-sizing-content resize-none"
            rows={1}
            maxLength={400}
            placeholder={t("policy.placeholder")}
            value={rule.text}
            onChange={(event) => set({ text: event.target.value.replaceAll("\n", " ") })}
          />
        </label>
        {onMove && number > 1 && (
          <button
            type="button"
            className="icon-button"
            aria-label={t("policy.up", { n: number })}
            onClick={() => onMove(-1)}
          >
            <Icon name="up" size={16} />
          </button>
        )}
        <button type="button" className="icon-button" aria-label={t("policy.remove", { n: number })} onClick={onRemove}>
          <Icon name="trash" size={16} />
        </button>
      </div>
      {advice.map((it) => (
        <p key={it.kind + it.message} role="note" className="mt-2 ml-9 text-[13px] text-warn">
          {adviceText(words, it)}
          {it.rewrite !== null && (
            <button type="button" className="ml-2 underline" onClick={() => set({ text: it.rewrite ?? rule.text })}>
              {t("policy.rewrite", { text: it.rewrite })}
            </button>
          )}
        </p>
      ))}
      <div className="mt-3 ml-9 grid grid-cols-2 gap-3 max-sm:ml-0 sm:grid-cols-5">
        <ChoiceField
          label={t("policy.action")}
          value={rule.action}
          options={(["refuse", "warn", "log"] as const).map((it) => [it, t(`policy.${it}`)])}
          onChange={(action) => set({ action })}
        />
        <ChoiceField
          label={t("policy.stage")}
          value={rule.applies_to}
          options={(["input", "output"] as const).map((it) => [it, t(`policy.${it}`)])}
          onChange={(stage) => set({ applies_to: stage })}
        />
        <ChoiceField
          label={t("policy.strictness")}
          value={rule.strictness}
          options={(["lenient", "balanced", "strict"] as const).map((it) => [it, t(`policy.${it}`)])}
          onChange={(strictness) => set({ strictness })}
        />
        <ChoiceField
          label={t("policy.audience")}
          value={rule.audience}
          options={(["everyone", "people", "programs"] as const).map((it) => [it, t(`policy.${it}`)])}
          onChange={(audience) => set({ audience })}
        />
        <TextField
          label={t("policy.category")}
          maxLength={60}
          value={rule.category}
          onChange={(category) => set({ category })}
        />
      </div>
    </li>
  );
}
