import { z } from "zod";
import { TramontaneError } from "#base";
import { actorOf, formatMoney, getBillingTerms, parseMoney, setBillingTerms } from "#platform";
import type { BackOffice, BillingTerms } from "#platform";
import type { Route } from "../route.ts";
import { adminRoute, csvAnswer } from "./admin-exchange.ts";
import { list, viewCommitment, viewCredit, viewInvoice, viewPriceList } from "./views.ts";

const INSTANT = z.iso.datetime({ offset: true });
const TermsBody = z.object({
  price_list: z.string().nullable().default(null),
  discount_basis_points: z.int().min(0).max(10_000).default(0),
  when_credit_ends: z.enum(["stop", "overage"]).default("overage"),
});
const PriceListBody = z.object({
  name: z.string().min(1).max(100),
  currency: z.string().regex(/^[A-Z]{3}$/),
  valid_from: INSTANT,
  items: z
    .array(
      z.object({
        model: z.string().min(1),
        mode: z.enum(["standard", "batch"]).default("standard"),
        input_per_million: z.string(),
        cached_input_per_million: z.string().optional(),
        output_per_million: z.string(),
        commitment_eligible: z.boolean().default(true),
      }),
    )
    .min(1),
});
const CreditBody = z.object({
  amount: z.string(),
  source: z.enum(["purchase", "promotion"]).default("purchase"),
  priority: z.int().default(0),
  expires_at: INSTANT.optional(),
});
const CommitmentBody = z.object({
  amount: z.string(),
  starts_at: INSTANT,
  ends_at: INSTANT,
  automatic_shortfall: z.boolean().default(true),
  milestones: z.array(z.object({ due_at: INSTANT, amount: z.string() })).default([]),
});

const MILLION = 1_000_000n;
const viewTerms = (terms: BillingTerms) => ({
  price_list: terms.priceList ?? null,
  discount_basis_points: terms.discountBasisPoints,
  when_credit_ends: terms.whenCreditEnds,
});

/** Prices, terms, credit, commitments and invoices. */
export function billingDoors(office: BackOffice): readonly Route[] {
  return [...priceDoors(office), ...instrumentDoors(office), ...invoiceDoors(office)];
}

function priceDoors(office: BackOffice): readonly Route[] {
  const { prices, database } = office;
  return [
    adminRoute(office, {
      method: "GET",
      path: "/price-lists",
      summary: "List every version of every price list",
      scope: "billing:read",
      handle: async () => list((await prices.list()).map(viewPriceList)),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/price-lists",
      summary: "Add a version of a price list, valid from an instant on",
      scope: "operator",
      reach: "installation",
      body: PriceListBody,
      async handle({ caller, organizationId }, body) {
        const items = body.items.map((item) => ({
          model: item.model,
          mode: item.mode,
          input: perToken(item.input_per_million),
          cachedInput: perToken(item.cached_input_per_million ?? item.input_per_million),
          output: perToken(item.output_per_million),
          commitmentEligible: item.commitment_eligible,
        }));
        const { name, currency } = body;
        const added = await prices.add({ name, currency, validFrom: new Date(body.valid_from), items });
        await database.transaction(async (session) => {
          await office.audit.append(session, {
            organizationId,
            actor: actorOf(caller),
            event: "price_list.add",
            target: `price_list:${added.id}`,
            details: { name, currency, validFrom: body.valid_from, models: items.length },
          });
        });
        return viewPriceList(added);
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/billing/terms",
      summary: "Show how the organization is billed",
      scope: "billing:read",
      handle: async ({ organizationId }) => viewTerms(await getBillingTerms(database, organizationId)),
    }),
    adminRoute(office, {
      method: "PUT",
      path: "/billing/terms",
      summary: "Set the price list, discount, and what happens when credit ends",
      scope: "operator",
      body: TermsBody,
      async handle({ caller, organizationId }, body) {
        const terms: BillingTerms = {
          priceList: body.price_list ?? undefined,
          discountBasisPoints: body.discount_basis_points,
          whenCreditEnds: body.when_credit_ends,
        };
        await setBillingTerms(office, { organizationId, terms, actor: actorOf(caller) });
        return viewTerms(terms);
      },
    }),
  ];
}

function instrumentDoors(office: BackOffice): readonly Route[] {
  const { credits, commitments } = office;
  return [
    adminRoute(office, {
      method: "GET",
      path: "/credits",
      summary: "List the credit, in the order it is drawn",
      scope: "billing:read",
      handle: async ({ organizationId }) => list((await credits.list(organizationId)).map(viewCredit)),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/credits",
      summary: "Grant credit",
      scope: "operator",
      body: CreditBody,
      async handle({ caller, organizationId }, { amount, source, priority, expires_at: expires }) {
        const expiresAt = expires === undefined ? undefined : new Date(expires);
        return viewCredit(
          await credits.grant(
            { organizationId, amount: parseMoney(amount), source, priority, expiresAt },
            actorOf(caller),
          ),
        );
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/commitments",
      summary: "List the commitments and what is drawn of them",
      scope: "billing:read",
      handle: async ({ organizationId }) => list((await commitments.list(organizationId)).map(viewCommitment)),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/commitments",
      summary: "Agree on a commitment",
      scope: "operator",
      body: CommitmentBody,
      async handle({ caller, organizationId }, body) {
        const wanted = {
          organizationId,
          amount: parseMoney(body.amount),
          startsAt: new Date(body.starts_at),
          endsAt: new Date(body.ends_at),
          automaticShortfall: body.automatic_shortfall,
          milestones: body.milestones.map((it) => ({ dueAt: new Date(it.due_at), amount: parseMoney(it.amount) })),
        };
        return viewCommitment(await commitments.create(wanted, actorOf(caller)));
      },
    }),
  ];
}

function invoiceDoors(office: BackOffice): readonly Route[] {
  const { invoices } = office;
  return [
    adminRoute(office, {
      method: "GET",
      path: "/invoices",
      summary: "List the invoices, newest first",
      scope: "billing:read",
      handle: async ({ organizationId }) => list((await invoices.list(organizationId)).map(viewInvoice)),
    }),
    adminRoute(office, {
      method: "GET",
      path: "/invoices/:id",
      summary: "Show one invoice; `format=csv` gives its lines as a file",
      scope: "billing:read",
      async handle({ organizationId, params, query }) {
        const invoice = await invoices.get(organizationId, params["id"]!);
        if (query["format"] !== "csv") return viewInvoice(invoice);
        return csvAnswer(
          ["kind", "description", "model", "unit", "quantity", "unit_price", "amount"],
          invoice.lines.map((line) => [
            line.kind,
            line.description,
            line.model ?? null,
            line.unit ?? null,
            line.quantity,
            formatMoney(line.unitPrice),
            formatMoney(line.amount),
          ]),
        );
      },
    }),
  ];
}

/** A price per million tokens, as people write it, per token. */
function perToken(perMillion: string): bigint {
  const price = parseMoney(perMillion);
  if (price % MILLION === 0n && price >= 0n) return price / MILLION;
  throw new TramontaneError(
    "invalid_request",
    `The price ${perMillion} per million tokens is not a whole multiple of 0.000001.`,
    {
      field: "items",
    },
  );
}
