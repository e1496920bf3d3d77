import { closeAllBooks, formatMoney, verifyBilling } from "#platform";
import type { Command } from "../command.ts";
import { ORGANIZATION_OPTION, tableOf, visitOffice } from "../office.ts";

export const billing: Command = {
  name: "billing",
  summary: "Prove that the books agree, close them, list invoices.",
  operands: "verify | close | invoices",
  options: ORGANIZATION_OPTION,
  examples: [
    { line: "tramontane billing verify", does: "Recompute every amount, total and invoice from the events" },
    { line: "tramontane billing close", does: "Do now what the server does every ten minutes" },
    { line: "tramontane billing invoices", does: "The invoices, newest first" },
  ],
  async run(context) {
    const [verb, ...rest] = context.positionals;
    if (rest.length > 0 || !["verify", "close", "invoices"].includes(String(verb))) {
      context.fail("Say what: tramontane billing verify, close, or invoices.");
      return 2;
    }
    return await visitOffice(context, async ({ office, organizationId }) => {
      if (verb === "close") {
        await closeAllBooks(office.database, new Date());
        context.out("The books are closed up to now.");
        return 0;
      }
      if (verb === "invoices") {
        const invoices = await office.invoices.list(organizationId);
        const rows = invoices.map((it) => [
          String(it.number),
          it.period,
          it.kind,
          formatMoney(it.total),
          it.currency,
          it.id,
        ]);
        for (const line of tableOf([["NO", "PERIOD", "KIND", "TOTAL", "CURRENCY", "ID"], ...rows])) context.out(line);
        return 0;
      }
      const found = await verifyBilling(office.database);
      for (const { what, organizationId: whose, recorded, recomputed } of found)
        context.out(
          `${what} (organization ${whose ?? "-"}): recorded ${formatMoney(recorded)}, recomputed ${formatMoney(recomputed)}`,
        );
      const [counts] = await office.database.query<{ events: bigint; invoices: bigint; entries: bigint }>(
        `select (select count(*) from usage_event) as events, (select count(*) from invoice) as invoices, (select count(*) from journal_entry) as entries`,
      );
      const { events, invoices, entries } = counts!;
      context.out(
        `${events} events, ${entries} journal entries, ${invoices} invoices: ${found.length === 0 ? "all agree to the last unit" : `${found.length} discrepancies`}.`,
      );
      return found.length === 0 ? 0 : 1;
    });
  },
};
