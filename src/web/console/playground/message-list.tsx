import { Icon } from "../../components/icon.tsx";
import { useConsoleWords } from "../console-words.tsx";
import { Card } from "../parts/card.tsx";
import { ChoiceField } from "../parts/form.tsx";
import type { PlainMessage, PlaygroundDraft } from "./request.ts";

interface MessageListProps {
  readonly draft: PlaygroundDraft;
  readonly onChange: (part: Partial<PlaygroundDraft>) => void;
}

/** The system prompt and the messages of the request. */
export function MessageList({ draft, onChange }: MessageListProps) {
  const { t } = useConsoleWords();
  const { messages } = draft;
  const set = (index: number, part: Partial<PlainMessage>) =>
    onChange({ messages: messages.map((message, at) => (at === index ? { ...message, ...part } : message)) });
  return (
    <Card title={t("playground.messages")}>
      <label className="block text-sm">
        {t("playground.system")}
        <textarea
          className="field mt-1 field-sizing-content max-h-60 resize-none"
          rows={1}
          value={draft.system}
          onChange={(event) => onChange({ system: event.target.value })}
        />
      </label>
      <ol className="mt-3 flex flex-col gap-3">
        {messages.map((message, index) => (
          // Messages have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <div className="mb-1 flex items-center gap-1">
              <ChoiceField
                label={t("playground.role", { n: index + 1 })}
                isBare
                value={message.role}
                options={[
                  ["user", t("playground.user")],
                  ["assistant", t("playground.assistant")],
                ]}
                onChange={(role) => set(index, { role })}
              />
              {messages.length > 1 && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t("playground.removeMessage", { n: index + 1 })}
                  onClick={() => onChange({ messages: messages.toSpliced(index, 1) })}
                >
                  <Icon name="close" size={16} />
                </button>
              )}
            </div>
            <textarea
              aria-label={t("playground.message", { n: index + 1 })}
              className="field field-sizing-content max-h-80 min-h-16 resize-none"
              value={message.content}
              onChange={(event) => set(index, { content: event.target.value })}
            />
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="button mt-3"
        onClick={() =>
          onChange({
            messages: [...messages, { role: messages.at(-1)?.role === "user" ? "assistant" : "user", content: "" }],
          })
        }
      >
        <Icon name="plus" size={16} />
        {t("playground.addMessage")}
      </button>
    </Card>
  );
}
