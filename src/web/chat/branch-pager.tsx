import type { ThreadMessage } from "#protocol";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import type { MessageActions } from "./message-actions.ts";

interface BranchPagerProps {
  readonly message: ThreadMessage;
  readonly actions: MessageActions;
}

/** ‹ 2/3 ›: goes between the versions of a message; absent when there is one. */
export function BranchPager({ message, actions }: BranchPagerProps) {
  const { t } = useWords();
  const total = message.siblings.length;
  if (total < 2) return null;
  const index = message.siblings.indexOf(message.id);
  const step = (by: number, key: "message.previous" | "message.next", icon: "left" | "right") => {
    const target = message.siblings[index + by];
    return (
      <button
        type="button"
        className="icon-button aria-disabled:opacity-40"
        aria-label={t(key)}
        aria-disabled={target === undefined}
        onClick={() => target !== undefined && actions.showBranch(target)}
      >
        <Icon name={icon} size={16} />
      </button>
    );
  };
  return (
    <span role="group" aria-label={t("message.branch", { n: index + 1, total })} className="flex items-center">
      {step(-1, "message.previous", "left")}
      <span className="num text-[13px] text-ink-2" aria-hidden="true">
        {index + 1}/{total}
      </span>
      {step(1, "message.next", "right")}
    </span>
  );
}
