import { lazy, Suspense, useId } from "react";
import { LANGUAGES } from "../app/preferences.ts";
import type { Preferences } from "../app/preferences.ts";
import { useSession } from "../app/queries.ts";
import { usePreferences, useServices, useWords } from "../app/services.tsx";
import { LANGUAGE_NAMES } from "../components/language-names.ts";

// After the choices: those are there at once.
const SettingsConversations = lazy(async () => ({
  default: (await import("./settings-conversations.tsx")).SettingsConversations,
}));
const SettingsSessions = lazy(async () => ({ default: (await import("./settings-sessions.tsx")).SettingsSessions }));

/** Language, theme, text size, the Enter key; who one is; the keys. */
export function SettingsPage() {
  const { preferences } = useServices();
  const { t } = useWords();
  const { data: user } = useSession();
  const current = usePreferences();
  const change = (part: Partial<Preferences>) => preferences.change(part);
  return (
    <main id="main" className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex max-w-[46rem] flex-col gap-6 p-6">
        <h1 className="text-[26px] leading-8 font-[650]">{t("settings.title")}</h1>
        {user && (
          <p className="text-ink-2">{t("settings.signedIn", { name: user.name, workspace: user.workspaceName })}</p>
        )}
        <Choice
          label={t("app.language")}
          value={current.language}
          options={LANGUAGES.map((language) => [language, LANGUAGE_NAMES[language]])}
          onChange={(language) => change({ language })}
        />
        <Choice
          label={t("app.theme")}
          value={current.theme}
          options={[
            ["system", t("app.themeSystem")],
            ["light", t("app.themeLight")],
            ["dark", t("app.themeDark")],
          ]}
          onChange={(theme) => change({ theme })}
        />
        <Choice
          label={t("settings.textSize")}
          value={current.textSize}
          options={[
            ["normal", t("settings.textNormal")],
            ["large", t("settings.textLarge")],
          ]}
          onChange={(textSize) => change({ textSize })}
        />
        <Choice
          label={t("settings.enter")}
          value={current.enterSends ? "sends" : "breaks"}
          options={[
            ["sends", t("settings.enterSends")],
            ["breaks", t("settings.enterBreaks")],
          ]}
          onChange={(value) => change({ enterSends: value === "sends" })}
        />
        <Suspense>
          <SettingsConversations />
          <SettingsSessions />
        </Suspense>
        <section id="keyboard" ref={(section) => void (location.hash === "#keyboard" && section?.scrollIntoView())}>
          <h2 className="mb-2 font-semibold">{t("settings.keys")}</h2>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 text-sm">
            <Key keys="Ctrl ⇧ O" text={t("settings.keyNew")} />
            <Key keys="Ctrl K" text={t("settings.keySearch")} />
            <Key keys="Ctrl F" text={t("find.title")} />
            <Key keys="/" text={t("settings.keyFocus")} />
            <Key keys="Esc" text={t("settings.keyStop")} />
            <Key keys="J · K" text={t("settings.keyBetween")} />
            <Key keys="Ctrl ⇧ C" text={t("settings.keyCopy")} />
            <Key keys="?" text={t("settings.keyHelp")} />
            <Key keys="↑" text={t("settings.keyEdit")} />
          </dl>
        </section>
      </div>
    </main>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-2 font-semibold">{label}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map(([option, text]) => (
          <label
            key={option}
            className="button has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={option === value}
              onChange={() => onChange(option)}
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Key({ keys, text }: { readonly keys: string; readonly text: string }) {
  return (
    <>
      <dt>
        <kbd className="rounded-sm border border-line-strong bg-surface px-1.5 py-0.5 font-mono text-xs">{keys}</kbd>
      </dt>
      <dd>{text}</dd>
    </>
  );
}
