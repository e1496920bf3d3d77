import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { AppUser } from "#protocol";
import { ApiError } from "../app/api.ts";
import { faultLine } from "../app/faults.ts";
import { SESSION, useModels, useSession } from "../app/queries.ts";
import { useServices, useWords } from "../app/services.tsx";
import type { MessageKey } from "../i18n/catalog.ts";

const SHORTEST_PASSWORD = 12;

/**
 * The first start: who came by the link of the terminal (`/setup#key=…`) or with the start key makes the account that owns this
 * installation. What follows # never leaves the browser by itself.
 */
export function SetupPage() {
  const { api } = useServices();
  const words = useWords();
  const { t } = words;
  const queries = useQueryClient();
  const { data: user } = useSession();
  const [fields, setFields] = useState({ key: "", name: "", email: "", password: "" });
  const [fault, setFault] = useState<string>();
  const [isWorking, setWorking] = useState(false);
  const { data: ways, isPending } = useQuery({
    queryKey: ["sign-in"],
    queryFn: () => api.call<{ readonly setup: boolean }>("GET", "/api/sign-in"),
  });

  const attempt = async (work: () => Promise<{ user: AppUser }>) => {
    setWorking(true);
    setFault(undefined);
    try {
      queries.setQueryData(SESSION, (await work()).user);
      await queries.invalidateQueries({ queryKey: ["sign-in"] });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const isWrong = error.status === 401;
      setFault(
        isWrong ? t("login.wrong") : error.code === "offline" ? t("composer.reconnecting") : faultLine(words, error),
      );
    }
    setWorking(false);
  };

  useEffect(() => {
    const [, secret] = /^#key=(.+)$/.exec(location.hash) ?? [];
    if (secret === undefined) return;
    history.replaceState(history.state, "", "/setup");
    void attempt(() => api.signIn(decodeURIComponent(secret)));
    // Only the address the page was opened with counts.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const field = (name: keyof typeof fields, label: MessageKey, type: string, hint?: string) => (
    <label className="mb-3 block text-sm">
      {t(label)}
      <input
        type={type}
        autoComplete={{ key: "off", name: "name", email: "username", password: "new-password" }[name]}
        className="field mt-1"
        value={fields[name]}
        onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
      />
      {hint !== undefined && <span className="mt-1 block text-[13px] text-ink-3">{hint}</span>}
    </label>
  );
  const form = (body: ReactNode, label: MessageKey, isReady: boolean, work: () => Promise<{ user: AppUser }>) => (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(work);
      }}
    >
      {body}
      <p role="alert" className="min-h-7 py-1 text-[13px] text-danger">
        {fault}
      </p>
      <button type="submit" className="button button-primary w-full" disabled={isWorking || !isReady}>
        {t(isWorking ? "login.working" : label)}
      </button>
    </form>
  );
  const { key, name, email, password } = fields;
  if (isPending) return null;
  if (ways?.setup === false) return <Done isSignedIn={user !== undefined} />;
  return (
    <main id="main" className="m-auto w-full max-w-md overflow-y-auto p-6">
      <h1 className="mb-2 text-[26px] leading-8 font-[650]">{t("setup.title")}</h1>
      <p className="mb-5 text-ink-2">{t(user ? "setup.lead" : "setup.keyLead")}</p>
      {user
        ? form(
            <>
              {field("name", "login.name", "text")}
              {field("email", "login.email", "email")}
              {field("password", "login.password", "password", t("setup.passwordHint", { n: SHORTEST_PASSWORD }))}
            </>,
            "setup.create",
            name.trim() !== "" && email.includes("@") && password.length >= SHORTEST_PASSWORD,
            () => api.call("POST", "/api/setup", { body: { name: name.trim(), email: email.trim(), password } }),
          )
        : form(field("key", "login.key", "password"), "setup.next", key.trim() !== "", () => api.signIn(key.trim()))}
      {user && (
        <Link to="/chat" className="mt-4 block text-center text-sm text-ink-2 underline">
          {t("setup.skip")}
        </Link>
      )}
    </main>
  );
}

/** There is an owner: what comes next. */
function Done({ isSignedIn }: { readonly isSignedIn: boolean }) {
  const { t } = useWords();
  return (
    <main id="main" className="m-auto w-full max-w-md p-6">
      <h1 className="mb-2 text-[26px] leading-8 font-[650]">{t("setup.doneTitle")}</h1>
      {isSignedIn ? (
        <NextSteps />
      ) : (
        <Link to="/login" className="button button-primary">
          {t("login.submit")}
        </Link>
      )}
    </main>
  );
}

function NextSteps() {
  const { t } = useWords();
  const { data: models } = useModels();
  const first = models?.find(({ ready }) => ready);
  return (
    <>
      <p className="mb-5 text-ink-2">{first ? t("setup.doneLead", { model: first.id }) : t("composer.whenReady")}</p>
      <div className="flex flex-wrap gap-2">
        <Link to="/chat" className="button button-primary">
          {t("setup.ask")}
        </Link>
        <Link to="/console/models" className="button">
          {t("setup.models")}
        </Link>
      </div>
    </>
  );
}
