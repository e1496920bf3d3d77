import type { AppModel } from "#protocol";
import type { Words } from "../i18n/words.ts";

/** What one chooses a model by, in one line: context, speed measured here, what it can do, price. */
export function factsOf(
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
