import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { AppUser } from "#protocol";
import { ApiError } from "../app/api.ts";
import type { Api } from "../app/api.ts";
import { faultLine } from "../app/faults.ts";
import { SESSION } from "../app/queries.ts";
import { useServices, useWords } from "../app/services.tsx";
import type { MessageKey } from "../i18n/catalog.ts";

/**
 * Sign in as a member, by a key, at the provider, or by a link: the one the server prints (`/login#key=…`) or an invitation
 * (`/login#invitation=…`). What follows # never leaves the browser by itself.
 */
export function LoginPage() {
  const { api } = useServices();
  const words = useWords();
  const { t } = words;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [invitation, setInvitation] = useState<string>();
  const [fields, setFields] = useState({ key: "", email: "", password: "", name: "" });
  const [fault, setFault] = useState<string>();
  const [isWorking, setWorking] = useState(false);
  const { data: ways, isPending } = useQuery({
    queryKey: ["sign-in"],
    queryFn: () => api.call<SignInWays>("GET", "/api/sign-in"),
    retry: false,
  });

  const attempt = async (work: () => Promise<{ user: AppUser }>, wrong: MessageKey) => {
    setWorking(true);
    setFault(undefined);
    try {
      const { user } = await work();
      queries.setQueryData(SESSION, user);
      await navigate({ to: "/chat", replace: true });
    } catch (error) {
      const isOffline = error instanceof ApiError && error.code === "offline";
      const isWrong = error instanceof ApiError && (error.status === 401 || error.status === 404);
      setFault(isOffline ? t("composer.reconnecting") : isWrong ? t(wrong) : faultLine(words, error));
      setWorking(false);
    }
  };

  useEffect(() => {
    const [, kind, secret] = /^#(key|invitation)=(.+)$/.exec(location.hash) ?? [];
    if (secret === undefined) return;
    history.replaceState(history.state, "", "/login");
    if (kind === "key") void attempt(() => api.signIn(decodeURIComponent(secret)), "login.wrong");
    else setInvitation(decodeURIComponent(secret));
    // Only the address the page was opened with counts.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const field = (name: keyof typeof fields, label: MessageKey, autoComplete: string) => (
    <label className="mb-3 block text-sm">
      {t(label)}
      <input
        type={name === "key" || name === "password" ? "password" : name === "email" ? "email" : "text"}
        autoComplete={autoComplete}
        className="field mt-1"
        value={fields[name]}
        onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
      />
    </label>
  );
  const submit = (label: MessageKey, isReady: boolean) => (
    <button type="submit" className="button button-primary" disabled={isWorking || !isReady}>
      {t(isWorking ? "login.working" : label)}
    </button>
  );
  const alert = (
    <p key="alert" role="alert" className="min-h-7 py-1 text-[13px] text-danger">
      {fault}
    </p>
  );
  const { key, email, password, name } = fields;
  if (invitation !== undefined) {
    const join = async () => {
      const accepted = await api.call<{ email: string }>("POST", "/admin/v1/invitations/accept", {
        body: { token: invitation, name: name.trim(), password },
      });
      return signInAs(api, accepted.email, password);
    };
    return (
      <Page title={t("login.joinTitle")} lead={t("login.joinLead")}>
        <form onSubmit={submitting(() => attempt(join, "login.wrongInvitation"))}>
          {field("name", "login.name", "name")}
          {field("password", "login.newPassword", "new-password")}
          {alert}
          {submit("login.join", name.trim() !== "" && password.length >= 12)}
        </form>
      </Page>
    );
  }
  // Which comes first is known before either is shown: nothing moves under somebody who types.
  const byKey = (
    <form key="key" onSubmit={submitting(() => attempt(() => api.signIn(key.trim()), "login.wrong"))}>
      <h2 className="mb-3 font-semibold">{t("login.byKey")}</h2>
      {field("key", "login.key", "off")}
      {submit("login.submit", key.trim() !== "")}
    </form>
  );
  const asMember = (
    <form
      key="member"
      onSubmit={submitting(() => attempt(() => signInAs(api, email.trim(), password), "login.wrongPassword"))}
    >
      <h2 className="mb-3 font-semibold">{t("login.member")}</h2>
      {field("email", "login.email", "username")}
      {field("password", "login.password", "current-password")}
      {submit("login.asMember", email.trim() !== "" && password !== "")}
    </form>
  );
  return (
    <Page title={t("login.title")} lead={t("login.lead")}>
      {ways?.provider === true && (
        <a href="/auth/oidc" className="button mb-4 w-full">
          {t("login.provider")}
        </a>
      )}
      {ways?.setup === true && (
        <Link to="/setup" className="button mb-4 w-full">
          {t("login.setup")}
        </Link>
      )}
      {!isPending && (ways?.setup === true ? [byKey, alert, asMember] : [asMember, alert, byKey])}
    </Page>
  );
}

interface SignInWays {
  readonly provider: boolean;
  /** Nobody owns this installation yet. */
  readonly setup: boolean;
}

/** A member's session: its token opens one of the app, like a key. */
async function signInAs(api: Api, email: string, password: string): Promise<{ user: AppUser }> {
  const { token } = await api.call<{ token: string }>("POST", "/admin/v1/sessions", { body: { email, password } });
  return api.signIn(token);
}

function submitting(work: () => Promise<void>) {
  return (event: { preventDefault(): void }) => {
    event.preventDefault();
    void work();
  };
}

interface PageProps {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
}

function Page({ title, lead, children }: PageProps) {
  return (
    <main id="main" className="m-auto w-full max-w-md overflow-y-auto p-6">
      <h1 className="mb-2 text-[26px] leading-8 font-[650]">{title}</h1>
      <p className="mb-5 text-ink-2">{lead}</p>
      {children}
    </main>
  );
}
