import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";
import type { AppModel } from "#protocol";
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
  return (
    <Select
      className="min-w-0"
      value={model ?? null}
      onChange={(key) => key !== null && onChange(String(key))}
      placeholder={words.t("composer.noModel")}
      disabledKeys={models.filter((candidate) => !candidate.ready).map(({ id }) => id)}
    >
      <Label className="sr-only">{words.t("composer.model")}</Label>
      <Button className="flex min-h-9 max-w-full items-center gap-1 rounded-md px-2 text-sm hover:bg-sunken pointer-coarse:min-h-11">
        <SelectValue className="truncate">{() => model ?? words.t("composer.noModel")}</SelectValue>
        <Icon name="chevron" size={16} />
      </Button>
      <Popover className="popover w-80" placement="top start">
        <ListBox items={models} className="outline-none">
          {(item) => (
            <ListBoxItem
              id={item.id}
              textValue={item.id}
              className="menu-item flex-col items-start gap-0 data-[selected]:font-semibold"
            >
              <span className="max-w-full truncate">{item.id}</span>
              <span className="num max-w-full text-xs font-normal text-ink-2">{factsOf(item, words)}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

function factsOf({ contextTokens, tokensPerSecond, capabilities, price, ready }: AppModel, words: Words): string {
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
  const state = ready ? [] : [t("composer.notReady")];
  return [...state, t("composer.context", { n: contextTokens }), ...speed, ...abilities, ...cost].join(" · ");
}
