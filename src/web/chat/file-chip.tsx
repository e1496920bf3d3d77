import type { Attachment } from "#protocol";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { estimateTokens } from "./attachments.ts";

interface FileChipProps {
  readonly file: Attachment;
  readonly onRemove?: () => void;
}

/** An attached file: name, size, roughly how many tokens it adds. */
export function FileChip({ file, onRemove }: FileChipProps) {
  const words = useWords();
  const pages = file.pages === undefined ? "" : ` · ${words.t("composer.pages", { n: file.pages })}`;
  const size = `${words.bytes(file.bytes)}${pages} · ${words.t("composer.tokens", { n: estimateTokens(file.text) })}`;
  return (
    <li className="flex max-w-full items-center gap-2 rounded-md border border-line bg-surface py-1 pr-1 pl-2 text-[13px]">
      <Icon name="file" size={16} />
      <span className="min-w-0 py-1 pr-1">
        <span className="block truncate leading-4">{file.name}</span>
        <span className="num block text-xs leading-4 text-ink-3">{size}</span>
      </span>
      {onRemove && (
        <button
          type="button"
          className="icon-button"
          aria-label={words.t("composer.remove", { name: file.name })}
          onClick={onRemove}
        >
          <Icon name="close" size={16} />
        </button>
      )}
    </li>
  );
}
