import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import type { Upload } from "./use-uploads.ts";

/** A document on its way: how far it is, and a way to call it off. */
export function UploadChip({ upload }: { readonly upload: Upload }) {
  const { t } = useWords();
  const { name, fraction, cancel } = upload;
  return (
    <li className="flex max-w-full items-center gap-2 rounded-md border border-line bg-surface py-1 pr-1 pl-2 text-[13px]">
      <span className="min-w-32 py-1 pr-1">
        <span className="block truncate leading-4">{name}</span>
        <span
          role="progressbar"
          aria-label={t("composer.uploading", { name })}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(fraction * 100)}
          className="mt-1.5 block h-1.5 overflow-hidden rounded-full bg-sunken"
        >
          <span className="block h-full bg-accent" style={{ width: `${fraction * 100}%` }} />
        </span>
      </span>
      <button type="button" className="icon-button" aria-label={t("composer.cancelUpload", { name })} onClick={cancel}>
        <Icon name="close" size={16} />
      </button>
    </li>
  );
}
