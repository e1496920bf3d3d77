import { Link } from "@tanstack/react-router";
import { useModels } from "../../app/queries.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { useConsoleWords } from "../console-words.tsx";
import { Card } from "../parts/card.tsx";

/** What to do where nothing was asked yet. */
export function FirstSteps() {
  const { t } = useConsoleWords();
  const { data: models } = useModels();
  const model = models?.find(({ ready }) => ready)?.id ?? "mistral-small-latest";
  const curl = `curl ${location.origin}/v1/chat/completions -H "Authorization: Bearer $TRAMONTANE_API_KEY" -H "Content-Type: application/json" -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello!"}]}'`;
  return (
    <Card title={t("overview.first")}>
      <ol className="flex list-decimal flex-col gap-3 pl-5">
        <li>
          <Link to="/console/models" className="text-accent underline">
            {t("overview.stepModel")}
          </Link>
        </li>
        <li>
          <Link to="/console/keys" className="text-accent underline">
            {t("overview.stepKey")}
          </Link>
        </li>
        <li>
          {t("overview.stepCall")}
          <div className="mt-1 flex items-start gap-1">
            <code className="block min-w-0 flex-1 rounded-md bg-sunken p-2 font-mono text-xs break-all">{curl}</code>
            <CopyButton text={curl} />
          </div>
        </li>
      </ol>
    </Card>
  );
}
