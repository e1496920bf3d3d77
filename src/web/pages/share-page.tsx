import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { MessageRow } from "../chat/message-row.tsx";
import { useServices, useWords } from "../app/services.tsx";

/** /share/:token: a conversation of somebody in the workspace, to read. */
export function SharePage() {
  const { token } = useParams({ strict: false }) as { token: string };
  const { api } = useServices();
  const { t } = useWords();
  const { data, isError } = useQuery({ queryKey: ["shared", token], queryFn: () => api.shared(token), retry: false });
  return (
    <main id="main" className="min-h-0 flex-1 overflow-y-auto py-6" tabIndex={0}>
      <div className="px-4">
        <div className="mx-auto max-w-[46rem]">
          <h1 className="text-[20px] leading-[26px] font-semibold">{isError ? t("chat.gone") : data?.title}</h1>
          {data && <p className="text-sm text-ink-3">{t("share.lead")}</p>}
        </div>
      </div>
      {data?.messages.map((message) => (
        <MessageRow key={message.id} message={message} />
      ))}
    </main>
  );
}
