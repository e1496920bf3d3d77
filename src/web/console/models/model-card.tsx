import type { AppModel } from "#protocol";
import type { OfferView, PullView } from "../../app/admin-views.ts";
import { FaultNote } from "../../components/fault-note.tsx";
import { useConsoleWords } from "../console-words.tsx";
import { useAdmin, useMay } from "../parts/use-admin.ts";
import { PullProgress } from "./pull-progress.tsx";
import { isUnderWay, useModelAction } from "./use-pulls.ts";

interface ModelCardProps {
  readonly offer: OfferView;
  /** What the chat knows of it: speed and price. */
  readonly served: AppModel | undefined;
  /** The latest pull of it. */
  readonly pull: PullView | undefined;
  readonly memoryBytes: number;
}

const TONE = { ready: "bg-ok-soft text-ok", failed: "bg-danger-soft text-danger" } as const;

/** One model: what it is, what it needs, what it costs, and what can be done with it. */
export function ModelCard({ offer, served, pull, memoryBytes }: ModelCardProps) {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const action = useModelAction();
  const mayDeploy = useMay("admin");
  const { id, state, capabilities } = offer;
  const isMoving = pull !== undefined && isUnderWay(pull);
  const isHeld = pull !== undefined && (pull.status === "failed" || pull.status === "cancelled") && state !== "ready";
  const abilities = (["chat", "tools", "json", "vision", "embeddings"] as const).filter((name) => capabilities[name]);
  const price = served?.price;
  const money = (micros: number) => words.money(micros, price?.currency ?? "EUR");
  const facts = [
    [t("models.parameters"), [offer.parameters, offer.architecture].filter(Boolean).join(" · ")],
    [t("models.context"), t("models.tokens", { n: offer.context_tokens })],
    [t("models.abilities"), abilities.map((name) => t(`models.can.${name}`)).join(" · ")],
    [t("models.licence"), offer.licence ?? ""],
    [t("models.file"), offer.file_bytes === null ? "" : words.bytes(offer.file_bytes)],
    [
      t("models.memory"),
      offer.memory_bytes === null
        ? ""
        : t("models.memoryOf", { need: words.bytes(offer.memory_bytes), have: words.bytes(memoryBytes) }),
    ],
    [
      t("models.price"),
      price
        ? t("composer.price", {
            input: money(price.inputMicrosPerMillionTokens),
            output: money(price.outputMicrosPerMillionTokens),
          })
        : offer.source === "hub"
          ? ""
          : t("models.free"),
    ],
    [
      t("models.speed"),
      served?.tokensPerSecond === undefined ? "" : t("composer.speed", { n: Math.round(served.tokensPerSecond) }),
    ],
  ] as const;
  const shown = facts.filter(([, value]) => value !== "");
  const act = (work: () => Promise<unknown>) => () => void action.run(work);
  return (
    <li id={id} className="flex flex-col rounded-lg border border-line bg-surface p-4 target:border-accent">
      <div className="flex items-center justify-between gap-2">
        <h2 className="truncate font-semibold">{id}</h2>
        <span className={`shrink-0 rounded-sm px-2 py-0.5 text-xs ${TONE[state as "ready"] ?? "bg-sunken text-ink-2"}`}>
          {t(isMoving ? "models.moving" : `models.state.${state}`)}
        </span>
      </div>
      {offer.summary !== null && words.language === "en" && <p className="mt-1 text-sm text-ink-2">{offer.summary}</p>}
      <dl className="num mt-3 mb-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {shown.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-3">{name}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-auto flex flex-col gap-3">
        {pull && (isMoving || isHeld) && <PullProgress pull={pull} />}
        {isHeld && pull.error && (
          <p role="alert" className="text-[13px] wrap-anywhere text-danger">
            <FaultNote words={words} error={pull.error} />
          </p>
        )}
        {!offer.fits && <p className="text-[13px] text-warn">{t("models.tooBig")}</p>}
        {action.error && (
          <p role="alert" className="text-[13px] text-danger">
            <FaultNote words={words} error={action.error} />
          </p>
        )}
        {mayDeploy && (
          <div className="flex flex-wrap gap-2">
            {isMoving && (
              <button
                type="button"
                className="button"
                disabled={pull.status === "cancelling"}
                onClick={act(() => admin.cancelPull(pull.id))}
              >
                {t("app.cancel")}
              </button>
            )}
            {isHeld && (
              <button type="button" className="button button-primary" onClick={act(() => admin.resumePull(pull.id))}>
                {t("models.resume")}
              </button>
            )}
            {!isMoving && !isHeld && offer.source !== "remote" && state !== "ready" && state !== "loading" && (
              <button
                type="button"
                className="button button-primary"
                aria-label={offer.source === "hub" ? t("models.deployNamed", { name: id }) : undefined}
                disabled={!offer.fits || action.isPending}
                onClick={act(() => (offer.source === "hub" ? admin.pull({ model: id }) : admin.deploy(id)))}
              >
                {t(offer.source === "hub" ? "models.deploy" : "models.load")}
              </button>
            )}
            {!isMoving && offer.source === "file" && state === "ready" && (
              <button type="button" className="button" onClick={act(() => admin.unload(id))}>
                {t("models.unload")}
              </button>
            )}
          </div>
        )}
      </div>
    </li>
  );
}
