import { TramontaneError } from "#base";
import { formatMoney, reportUsage, USAGE_DIMENSIONS } from "#platform";
import type { UsageDimension } from "#platform";
import type { Command } from "../command.ts";
import { ORGANIZATION_OPTION, tableOf, visitOffice } from "../office.ts";

const DAY_MS = 86_400_000;

export const usage: Command = {
  name: "usage",
  summary: "Sum up what was used and what it costs.",
  operands: "",
  options: {
    ...ORGANIZATION_OPTION,
    days: { summary: "How many days back. Default: 31.", placeholder: "N" },
    by: { summary: `Rows by any of ${USAGE_DIMENSIONS.join(", ")}. Default: day,model.`, placeholder: "A,B" },
    json: { summary: "One JSON object per row." },
  },
  examples: [
    { line: "tramontane usage", does: "The last 31 days, by day and model" },
    { line: "tramontane usage --by key --days 7", does: "The last week, by API key" },
  ],
  async run(context) {
    const groupBy = (context.options["by"] ?? "day,model").split(",").map(readDimension);
    const days = Number(context.options["days"] ?? 31);
    if (!(days > 0))
      throw new TramontaneError("config_invalid", "--days must be a positive number.", { field: "days" });
    return await visitOffice(context, async ({ office, organizationId }) => {
      const to = new Date(Date.now() + DAY_MS);
      const rows = await reportUsage(office.database, {
        organizationId,
        groupBy,
        to,
        from: new Date(to.getTime() - (days + 1) * DAY_MS),
      });
      if (context.options["json"]) {
        for (const { group, amount, ...counts } of rows)
          context.out(JSON.stringify({ ...group, ...counts, amount: formatMoney(amount) }));
        return 0;
      }
      const header = [...groupBy.map((name) => name.toUpperCase()), "REQUESTS", "PROMPT", "CACHED", "OUTPUT", "AMOUNT"];
      const cells = rows.map((row) => [
        ...groupBy.map((name) => row.group[name] ?? "-"),
        ...[row.requests, row.promptTokens, row.cachedTokens, row.outputTokens].map(String),
        formatMoney(row.amount),
      ]);
      for (const line of tableOf([header, ...cells])) context.out(line);
      return 0;
    });
  },
};

function readDimension(name: string): UsageDimension {
  const dimension = USAGE_DIMENSIONS.find((known) => known === name);
  if (dimension !== undefined) return dimension;
  throw new TramontaneError("config_invalid", `--by may list ${USAGE_DIMENSIONS.join(", ")}; got "${name}".`, {
    field: "by",
  });
}
