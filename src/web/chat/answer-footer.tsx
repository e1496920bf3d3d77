import type { ThreadMessage } from "#protocol";
import { useWords } from "../app/services.tsx";
import { CopyButton } from "../components/copy-button.tsx";
import { Icon } from "../components/icon.tsx";
import { BranchPager } from "./branch-pager.tsx";
import type { MessageActions } from "./message-actions.ts";

interface AnswerFooterProps {
  readonly message: ThreadMessage;
  readonly actions: MessageActions | undefined;
}

/** Under an answer: copy, answer again, versions; tokens, cost, speed, model. */
export function AnswerFooter({ message, actions }: AnswerFooterProps) {
  const { t } = useWords();
  return (
    <div className="mt-1 -ml-2 flex flex-wrap items-center gap-x-0.5">
      {message.content !== "" && <CopyButton text={message.content} />}
      {actions && (
        <>
          <button
            type="button"
            className="icon-button"
            aria-label={t("message.regenerate")}
            title={t("message.regenerate")}
            onClick={() => actions.regenerate(message)}
          >
            <Icon name="again" size={16} />
          </button>
          <BranchPager message={message} actions={actions} />
        </>
      )}
      <UsageLine message={message} />
    </div>
  );
}

function UsageLine({ message }: { readonly message: ThreadMessage }) {
  const words = useWords();
  const { usage, model } = message.details;
  if (!usage) return model === undefined ? null : <span className="ml-2 text-xs text-ink-3">{model}</span>;
  const { promptTokens: input, completionTokens: output, tokensPerSecond, cost, timeToFirstTokenMs } = usage;
  const seconds = words.number(timeToFirstTokenMs / 1000, { maximumFractionDigits: 2 });
  const parts = [
    words.t("message.usage", { n: output }),
    ...(cost ? [words.money(cost.amountMicros, cost.currency)] : []),
    ...(tokensPerSecond === undefined
      ? []
      : [words.t("composer.speed", { n: words.number(tokensPerSecond, { maximumFractionDigits: 0 }) })]),
    ...(model === undefined ? [] : [model]),
  ];
  return (
    <span className="num ml-2 text-xs text-ink-3" title={words.t("message.usageDetail", { input, output, seconds })}>
      {parts.join(" · ")}
    </span>
  );
}
