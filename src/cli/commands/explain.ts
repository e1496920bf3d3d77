import { explainRequest, formatMoney } from "#platform";
import type { PolicyDecisionNote } from "#platform";
import type { Command } from "../command.ts";
import { ORGANIZATION_OPTION, tableOf, visitOffice } from "../office.ts";

export const explain: Command = {
  name: "explain",
  summary: "Tell what became of one request and what it cost.",
  operands: "REQUEST_ID",
  options: ORGANIZATION_OPTION,
  examples: [{ line: "tramontane explain 0190b2a6-…", does: "The id is in the answer's x-request-id header" }],
  async run(context) {
    const [id] = context.positionals;
    if (id === undefined) {
      context.fail("Say which: tramontane explain REQUEST_ID.");
      return 2;
    }
    return await visitOffice(context, async ({ office, organizationId }) => {
      const it = await explainRequest(office.database, organizationId, id);
      const perMillion = (price: bigint): string => formatMoney(price * 1_000_000n);
      const ms = (value: number | undefined): string => (value === undefined ? "not known" : `${value} ms`);
      const fresh = it.promptTokens - it.cachedTokens;
      const rows = [
        ["outcome", `${it.outcome}${it.endings === undefined ? "" : ` (${it.endings})`}`],
        ["at", it.at.toISOString()],
        ["model", `${it.model}${it.operation === undefined ? "" : `, ${it.operation}`}`],
        ["asked by", `${it.keyId === undefined ? "a person" : `key ${it.keyId}`} in workspace ${it.workspaceId}`],
        ...it.attempts.map(({ host, outcome, ms: tookMs }) => ["engine", `${host}: ${outcome} after ${tookMs} ms`]),
        ["waited for its turn", ms(it.queueMs)],
        ["working on the prompt", ms(it.prefillMs)],
        ["making the answer", ms(it.decodeMs)],
        ...(it.formMs === undefined ? [] : [["of that, its form", ms(it.formMs)]]),
        ["until first text", ms(it.firstTextMs)],
        ["in all", ms(it.durationMs)],
        ["prompt", `${fresh} tokens at ${perMillion(it.prices.input)} per million`],
        ["from the cache", `${it.cachedTokens} tokens at ${perMillion(it.prices.cachedInput)} per million`],
        ["output", `${it.outputTokens} tokens at ${perMillion(it.prices.output)} per million`],
        [
          "price list",
          it.priceList === undefined
            ? "none: free"
            : `${it.priceList}, from ${it.priceListFrom!.toISOString()}, ${it.discountBasisPoints / 100} % off`,
        ],
        [it.outcome === "running" ? "reserved" : "amount", formatMoney(it.amount)],
        ...it.decisions.map((decision) => ["policy", describeDecision(decision)]),
      ];
      for (const line of tableOf(rows)) context.out(line);
      return 0;
    });
  },
};

function describeDecision({ stage, outcome, rule, ruleNumber, score, threshold, ...it }: PolicyDecisionNote): string {
  const which = ruleNumber === undefined ? "" : `: rule ${ruleNumber} “${rule ?? ""}”`;
  const how = score === undefined ? "" : `, score ${score.toFixed(2)} against ${threshold?.toFixed(2) ?? "none"}`;
  return `${outcome} at the ${stage}${which}${how} (version ${it.policyVersion}, ${Math.round(it.latencyMs)} ms)`;
}
