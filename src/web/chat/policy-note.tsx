import type { PolicyDecision, UnjudgedNote } from "#protocol";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { AskAdministrator } from "./ask-administrator.tsx";
import { categoryName } from "./category-name.ts";

interface PolicyNoteProps {
  readonly decision: PolicyDecision;
  /** Goes back to the question; absent where the conversation can only be read. */
  readonly onEdit?: (() => void) | undefined;
}

/** A decision of the workspace's policy: the rule in the administrator's words. A refusal is a card, a warning one line. */
export function PolicyNote({ decision, onEdit }: PolicyNoteProps) {
  const words = useWords();
  const { rule, category, score, action, requestId } = decision;
  const certainty = words.t("message.certainty", { n: words.number(score, { maximumFractionDigits: 2 }) });
  const reason = (
    <>
      <q>{rule}</q> · <span>{categoryName(words, category)}</span> · <span className="num">{certainty}</span>
    </>
  );
  if (action === "warn") {
    return (
      <p role="note" className="mb-2 border-l-2 border-policy pl-3 text-[13px] text-policy">
        {words.t("message.warned")}: {reason}
      </p>
    );
  }
  return (
    <div role="note" className="rounded-lg border border-policy bg-policy-soft p-3.5">
      <p className="flex items-center gap-2 font-semibold text-policy">
        <Icon name="shield" />
        {words.t("message.refused")}
      </p>
      <p className="mt-1 text-sm">{reason}</p>
      {requestId && <p className="mt-1 text-xs text-ink-3">{words.t("message.reference", { id: requestId })}</p>}
      {onEdit && <AskAdministrator about={rule} />}
      {onEdit && (
        <button type="button" className="button mt-2.5" onClick={onEdit}>
          <Icon name="pencil" size={16} />
          {words.t("message.editLabel")}
        </button>
      )}
    </div>
  );
}

/** The policy's judge failed, and the policy lets such messages through: which rules nobody held them to. */
export function UnjudgedLine({ note: { stage, version, note } }: { readonly note: UnjudgedNote }) {
  const { t } = useWords();
  return (
    <p role="note" className="mb-2 border-l-2 border-policy pl-3 text-[13px] text-policy">
      {t(stage === "input" ? "message.unjudged" : "message.unjudgedAnswer")} {t("message.rulesVersion", { version })}
      {note !== undefined && (
        <>
          {" "}
          <q>{note}</q>
        </>
      )}
    </p>
  );
}
