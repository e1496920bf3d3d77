import { useQuery } from "@tanstack/react-query";
import { useServices, useWords } from "../app/services.tsx";

/** Whom to ask about a rule or a limit: the people who administer the workspace, each by mail. */
export function AskAdministrator({ about }: { readonly about: string }) {
  const { api } = useServices();
  const { t } = useWords();
  const { data = [] } = useQuery({
    queryKey: ["administrators"],
    queryFn: async () => (await api.administrators()).administrators,
    staleTime: 300_000,
  });
  return (
    <p className="mt-1.5 text-sm text-ink-2">
      {t("message.askAdministrator")}
      {data.map(({ name, email }, index) => (
        <span key={email}>
          {index === 0 ? ": " : ", "}
          <a
            href={`mailto:${encodeURIComponent(email)}?subject=${encodeURIComponent(about)}`}
            className="text-accent underline"
          >
            {name}
          </a>
        </span>
      ))}
    </p>
  );
}
