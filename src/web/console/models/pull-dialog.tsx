import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useConsoleWords } from "../console-words.tsx";
import { FormDialog, TextField } from "../parts/form.tsx";
import { useAdmin } from "../parts/use-admin.ts";
import { PULLS } from "./use-pulls.ts";

/** Any other model, by the address of its file. */
export function PullDialog({ onClose }: { readonly onClose: () => void }) {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const queries = useQueryClient();
  const [url, setUrl] = useState("");
  const [name, setName] = useState<string>();
  const model = name ?? nameIn(url);
  return (
    <FormDialog
      title={t("models.other")}
      submit={t("models.deploy")}
      isReady={/^https?:\/\/.+/.test(url) && model !== ""}
      onSubmit={async () => {
        await admin.pull({ model, url });
        await queries.invalidateQueries({ queryKey: PULLS });
        onClose();
      }}
      onClose={onClose}
    >
      <TextField
        label={t("models.url")}
        hint={t("models.urlHint")}
        type="url"
        value={url}
        onChange={setUrl}
        autoFocus
      />
      <TextField label={t("models.name")} value={model} onChange={setName} />
    </FormDialog>
  );
}

const nameIn = (url: string): string =>
  (/([^/]+?)(\.gguf)?$/i.exec(url.split(/[?#]/)[0] ?? "")?.[1] ?? "").toLowerCase().replaceAll(/[^a-z0-9._-]/g, "-");
