import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { CommitmentView } from "../app/admin-views.ts";
import { Icon } from "../components/icon.tsx";
import { drawdownOf } from "./commitment-sums.ts";
import type { Drawdown } from "./commitment-sums.ts";
import { useConsoleWords } from "./console-words.tsx";
import { Badge, Card, Figure } from "./parts/card.tsx";
import { DrawdownChart } from "./parts/drawdown-chart.tsx";
import { FormDialog, TextField } from "./parts/form.tsx";
import { PageHead, PageState } from "./parts/page-state.tsx";
import { Table } from "./parts/table.tsx";
import { COMMITMENTS, useAdmin, useCurrency, useMay } from "./parts/use-admin.ts";
import { dayOf } from "./usage-sums.ts";

const YEAR_MS = 365 * 86_400_000;

/** /console/commitment: what is promised, used and left; against an even pace, and where it leads. */
export function CommitmentPage() {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const isOperator = useMay("operator");
  const [isMaking, setMaking] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: COMMITMENTS, queryFn: () => admin.commitments() });
  const shown = data?.find(({ status }) => status === "active") ?? data?.at(-1);
  return (
    <>
      <PageHead title={t("console.commitment")} lead={t("commitment.lead")}>
        {isOperator && (
          <button type="button" className="button" onClick={() => setMaking(true)}>
            <Icon name="plus" />
            {t("commitment.new")}
          </button>
        )}
      </PageHead>
      {error && <PageState error={error} onRetry={() => void refetch()} />}
      {data && !shown && <p className="rounded-lg border border-line bg-surface p-4">{t("commitment.none")}</p>}
      {shown && <Standing commitment={shown} />}
      <Credits />
      <Invoices />
      {isMaking && <NewCommitmentDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function Standing({ commitment }: { readonly commitment: CommitmentView }) {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const from = dayOf(Date.parse(commitment.starts_at));
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "usage", from, "day"],
    queryFn: () => admin.usage({ from, groupBy: "day" }),
    refetchInterval: 15_000,
  });
  const terms = useQuery({ queryKey: ["admin", "terms"], queryFn: () => admin.terms() });
  if (error) return <PageState error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  const drawdown = drawdownOf(commitment, data, Date.now());
  const money = (amount: number) => words.money(amount * 1e6, currency);
  const term = [commitment.starts_at, commitment.ends_at]
    .map((at) => words.date(Date.parse(at), { dateStyle: "medium", timeZone: "UTC" }))
    .join(" – ");
  return (
    <>
      <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
        <Figure name={t("commitment.committed")} value={money(drawdown.committed)} note={term} />
        <Figure
          name={t("commitment.used")}
          value={money(drawdown.used)}
          note={t("commitment.invoiced", { amount: words.amount(commitment.drawn, currency) })}
        />
        <Figure name={t("commitment.left")} value={money(drawdown.left)} />
        <Figure
          name={t("commitment.forecast")}
          value={money(drawdown.forecast)}
          note={t("commitment.even", { amount: money(drawdown.evenPace) })}
        />
      </dl>
      <Outlook drawdown={drawdown} isCharged={commitment.automatic_shortfall} />
      <Card title={t("commitment.chart")}>
        <DrawdownChart drawdown={drawdown} currency={currency} />
      </Card>
      <Card title={t("commitment.ledger")}>
        <p className="mb-2 text-sm text-ink-2">
          {t("commitment.ledgerLead")} {terms.data && t(`commitment.then_${terms.data.when_credit_ends}`)}
        </p>
        <Table
          label={t("commitment.ledger")}
          columns={[t("commitment.invoice"), t("commitment.period"), t("commitment.date"), t("usage.amount")]}
          numeric={[3]}
          rows={[
            ...commitment.draws.map((draw) => ({
              key: draw.invoice_id,
              cells: [
                words.number(draw.invoice_number),
                draw.period,
                words.date(Date.parse(draw.finalized_at), { dateStyle: "medium" }),
                words.amount(draw.amount, currency),
              ],
            })),
            {
              key: "open",
              cells: [t("commitment.open"), "", "", money(Math.max(0, drawdown.used - Number(commitment.drawn)))],
            },
            ...commitment.milestones.map((milestone) => ({
              key: milestone.due_at,
              cells: [
                <Badge key="milestone" tone="plain">
                  {t("commitment.milestone", { amount: words.amount(milestone.amount, currency) })}
                </Badge>,
                "",
                words.date(Date.parse(milestone.due_at), { dateStyle: "medium", timeZone: "UTC" }),
                milestone.shortfall === null
                  ? ""
                  : t("commitment.missed", { amount: words.amount(milestone.shortfall, currency) }),
              ],
            })),
          ]}
        />
      </Card>
    </>
  );
}

/** What is going to happen at this pace, in one sentence. */
function Outlook({ drawdown, isCharged }: { readonly drawdown: Drawdown; readonly isCharged: boolean }) {
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const money = (amount: number) => words.money(amount * 1e6, currency);
  const { overage, endsMs, shortfall } = drawdown;
  const [tone, text] =
    overage > 0
      ? (["danger", t("commitment.overage", { amount: money(overage) })] as const)
      : endsMs !== undefined
        ? (["warn", t("commitment.endsEarly", { date: words.date(endsMs, { dateStyle: "long" }) })] as const)
        : shortfall >= 0.01
          ? ([
              "warn",
              t(isCharged ? "commitment.shortfallCharged" : "commitment.shortfall", { amount: money(shortfall) }),
            ] as const)
          : (["ok", t("commitment.onPace")] as const);
  const colours = { danger: "bg-danger-soft text-danger", warn: "bg-warn-soft text-warn", ok: "bg-ok-soft text-ok" };
  return (
    <p role="note" className={`num rounded-lg px-4 py-2.5 text-sm ${colours[tone]}`}>
      {text}
    </p>
  );
}

function Credits() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const currency = useCurrency();
  const { data } = useQuery({ queryKey: ["admin", "credits"], queryFn: () => admin.credits() });
  if (!data || data.length === 0) return null;
  return (
    <Card title={t("commitment.credit")}>
      <Table
        label={t("commitment.credit")}
        columns={[t("commitment.source"), t("commitment.expires"), t("usage.amount"), t("commitment.left")]}
        numeric={[2, 3]}
        rows={data.map((credit) => ({
          key: credit.id,
          cells: [
            t(`commitment.credit_${credit.source}`),
            credit.expires_at === null ? "–" : words.date(Date.parse(credit.expires_at), { dateStyle: "medium" }),
            words.amount(credit.amount, currency),
            words.amount(credit.remaining, currency),
          ],
        }))}
      />
    </Card>
  );
}

function Invoices() {
  const admin = useAdmin();
  const words = useConsoleWords();
  const { t } = words;
  const { data } = useQuery({ queryKey: ["admin", "invoices"], queryFn: () => admin.invoices() });
  if (!data || data.length === 0) return null;
  return (
    <Card title={t("commitment.invoices")}>
      <Table
        label={t("commitment.invoices")}
        columns={[t("commitment.invoice"), t("commitment.period"), t("commitment.date"), t("usage.amount")]}
        numeric={[3]}
        rows={data.map((invoice) => ({
          key: invoice.id,
          cells: [
            words.number(invoice.number),
            invoice.kind === "shortfall" ? t("commitment.shortfallInvoice") : invoice.period,
            words.date(Date.parse(invoice.finalized_at), { dateStyle: "medium" }),
            words.amount(invoice.total, invoice.currency),
          ],
        }))}
      />
    </Card>
  );
}

function NewCommitmentDialog({ onClose }: { readonly onClose: () => void }) {
  const admin = useAdmin();
  const { t } = useConsoleWords();
  const currency = useCurrency();
  const queries = useQueryClient();
  const [amount, setAmount] = useState("");
  const [starts, setStarts] = useState(dayOf(Date.now()));
  const [ends, setEnds] = useState(dayOf(Date.now() + YEAR_MS));
  const [isCharged, setCharged] = useState(true);
  const create = async () => {
    await admin.createCommitment({
      amount,
      starts_at: `${starts}T00:00:00Z`,
      ends_at: `${ends}T00:00:00Z`,
      automatic_shortfall: isCharged,
    });
    await queries.invalidateQueries({ queryKey: COMMITMENTS });
  };
  return (
    <FormDialog
      title={t("commitment.new")}
      submit={t("app.save")}
      isReady={Number(amount) > 0 && starts < ends}
      onSubmit={create}
      onClose={onClose}
    >
      <TextField
        label={t("commitment.amount", { currency })}
        inputMode="decimal"
        autoFocus
        value={amount}
        onChange={setAmount}
      />
      <TextField label={t("commitment.starts")} type="date" value={starts} onChange={setStarts} />
      <TextField label={t("commitment.ends")} type="date" value={ends} onChange={setEnds} />
      <label className="flex min-h-9 items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-4"
          checked={isCharged}
          onChange={(event) => setCharged(event.target.checked)}
        />
        {t("commitment.charge")}
      </label>
    </FormDialog>
  );
}
