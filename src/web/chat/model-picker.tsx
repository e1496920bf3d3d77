import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";
import { useNavigate } from "@tanstack/react-router";
import type { AppModel } from "#protocol";
import { useSession } from "../app/queries.ts";
import { useWords } from "../app/services.tsx";
import type { Words } from "../i18n/words.ts";
import { Icon } from "../components/icon.tsx";

interface ModelPickerProps {
  readonly models: readonly AppModel[];
  readonly model: string | undefined;
  readonly onChange: (model: string) => void;
}

/** Which model answers: context, speed measured here, price, what it can do. Models that are not running are greyed. */
export function ModelPicker({ models, model, onChange }: ModelPickerProps) {
  const words = useWords();
  const navigate = useNavigate();
  const { data: user } = useSession();
  const mayDeploy = user?.scopes.includes("admin") === true;
  const speed = models.find(({ id }) => id === model)?.tokensPerSecond;
  const isOpen = ({ ready, canBeDeployed }: AppModel) => ready || (mayDeploy && canBeDeployed === true);
  const choose = (id: string) => {
    // What is not here yet is deployed where one sees what it takes.
    if (models.find((candidate) => candidate.id === id)?.ready === true) onChange(id);
    else void navigate({ to: "/console/models", hash: id });
  };
  return (
    <Select
      className="min-w-0"
      value={model ?? null}
      onChange={(key) => key !== null && choose(String(key))}
      placeholder={words.t("composer.noModel")}
      disabledKeys={models.filter((candidate) => !isOpen(candidate)).map(({ id }) => id)}
    >
      <Label className="sr-only">{words.t("composer.model")}</Label>
      <Button className="flex min-h-9 max-w-full items-center gap-1 rounded-md px-2 text-sm hover:bg-sunken pointer-coarse:min-h-11">
        {/* The speed is part of the value: the button is named as it reads. */}
        <SelectValue className="truncate">
          {() => (
            <>
              {model ?? words.t("composer.noModel")}
              {speed !== undefined && (
                <span className="num text-ink-3 max-sm:hidden">
                  {" "}
                  · {words.t("composer.speed", { n: Math.round(speed) })}
                </span>
              )}
            </>
          )}
        </SelectValue>
        <Icon name="chevron" size={16} />
      </Button>
      <Popover className="popover max-h-96 w-80 overflow-y-auto" placement="top start">
        <ListBox items={models} className="outline-none">
          {(item) => (
            <ListBoxItem
              id={item.id}
              textValue={item.id}
              className="menu-item flex-col items-start gap-0 data-[selected]:font-semibold"
            >
              <span className="flex w-full items-center justify-between gap-2">
                <span className={`truncate ${item.ready ? "" : "text-ink-3"}`}>{item.id}</span>
                {!item.ready && mayDeploy && item.canBeDeployed && (
                  <span className="shrink-0 text-xs font-medium text-accent">{words.t("composer.deploy")}</span>
                )}
              </span>
              <span className="num max-w-full text-xs font-normal text-ink-2">{factsOf(item, words)}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

function factsOf(
  { contextTokens, tokensPerSecond, capabilities, price, ready, canBeDeployed }: AppModel,
  words: Words,
): string {
  const { t } = words;
  const speed = tokensPerSecond === undefined ? [] : [t("composer.speed", { n: Math.round(tokensPerSecond) })];
  const abilities = (["tools", "json", "vision"] as const)
    .filter((name) => capabilities[name])
    .map((name) => t(`composer.${name}`));
  const money = (micros: number) => words.money(micros, price?.currency ?? "EUR");
  const cost = price
    ? [
        t("composer.price", {
          input: money(price.inputMicrosPerMillionTokens),
          output: money(price.outputMicrosPerMillionTokens),
        }),
      ]
    : [];
  const state = ready ? [] : [t(canBeDeployed ? "composer.notDeployed" : "composer.notReady")];
  return [...state, t("composer.context", { n: contextTokens }), ...speed, ...abilities, ...cost].join(" · ");
}
