import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ApiError } from "../app/api.ts";
import { SESSION } from "../app/queries.ts";
import { useServices, useWords } from "../app/services.tsx";

/** Sign in by key, or by the link the server prints (`/login#key=…`: what follows # never leaves the browser by itself). */
export function LoginPage() {
  const { api } = useServices();
  const { t } = useWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [key, setKey] = useState("");
  const [fault, setFault] = useState<string>();
  const [isWorking, setWorking] = useState(false);

  const signIn = async (secret: string) => {
    setWorking(true);
    setFault(undefined);
    try {
      const { user } = await api.signIn(secret);
      queries.setQueryData(SESSION, user);
      await navigate({ to: "/chat", replace: true });
    } catch (error) {
      const isWrong = error instanceof ApiError && error.status === 401;
      setFault(t(isWrong ? "login.wrong" : "composer.reconnecting"));
      setWorking(false);
    }
  };

  useEffect(() => {
    const secret = /^#key=(.+)$/.exec(location.hash)?.[1];
    if (secret === undefined) return;
    history.replaceState(history.state, "", "/login");
    void signIn(decodeURIComponent(secret));
    // Only the address the page was opened with counts.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <main id="main" className="m-auto w-full max-w-md p-6">
      <h1 className="mb-2 text-[26px] leading-8 font-[650]">{t("login.title")}</h1>
      <p className="mb-5 text-ink-2">{t("login.lead")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim() !== "") void signIn(key.trim());
        }}
      >
        <label className="block text-sm">
          {t("login.key")}
          <input
            type="password"
            autoComplete="current-password"
            className="field mt-1 font-mono"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </label>
        <p role="alert" className="min-h-7 py-1 text-[13px] text-danger">
          {fault}
        </p>
        <button type="submit" className="button button-primary" disabled={isWorking || key.trim() === ""}>
          {t(isWorking ? "login.working" : "login.submit")}
        </button>
      </form>
    </main>
  );
}
