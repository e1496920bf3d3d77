import { useState } from "react";
import { useWords } from "../app/services.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonTree } from "../components/json-tree.tsx";
import { schemaFaults } from "./schema-faults.ts";
import { CodeBlock } from "../markdown/code-block.tsx";

/** An answer held to a schema, as a tree or as written. */
export function JsonAnswer({ text, schema }: { readonly text: string; readonly schema: unknown }) {
  const { t } = useWords();
  const [isRaw, setRaw] = useState(false);
  const value = parsed(text);
  if (value === undefined) return <CodeBlock code={text} language="json" isLive={false} />;
  const faults = schemaFaults(value.json, schema);
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center gap-2 text-[13px]">
        {faults.length === 0 && (
          <span className="inline-flex items-center gap-1 rounded-sm bg-ok-soft px-2 py-0.5 text-ok">
            <Icon name="check" size={15} />
            {t("message.valid")}
          </span>
        )}
        <button
          type="button"
          aria-pressed={isRaw}
          className="button min-h-8 py-0.5 text-[13px]"
          onClick={() => setRaw(!isRaw)}
        >
          {t("message.raw")}
        </button>
      </div>
      {faults.length > 0 && (
        <ul
          aria-label={t("message.invalid")}
          className="mb-2 rounded-md bg-danger-soft px-3 py-2 text-[13px] text-danger"
        >
          {faults.map(({ path, expected }) => (
            <li key={`${path} ${expected}`}>{t("message.invalidAt", { path, expected })}</li>
          ))}
        </ul>
      )}
      {isRaw ? (
        <CodeBlock code={text} language="json" isLive={false} />
      ) : (
        <div
          className="overflow-x-auto rounded-md border border-line bg-sunken p-3"
          tabIndex={0}
          role="region"
          aria-label={t("message.tree")}
        >
          <JsonTree value={value.json} />
        </div>
      )}
    </div>
  );
}

function parsed(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
