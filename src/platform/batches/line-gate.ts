import type { Admission, AdmissionRequest, Gate, Outcome } from "../inference/call.ts";
import type { Meter, UsageTicket } from "../metering/meter.ts";
import type { Queryable } from "../storage/database.ts";

interface OpenLine {
  readonly ticket: UsageTicket;
  outcome: Outcome | undefined;
}

/** Stores an answer; resolves false when the line has one already. */
export type StoreAnswer = (session: Queryable) => Promise<boolean>;

/**
 * Admits the lines of batches: at the price of a batch, within budgets, without rate limits. What a line used is charged by
 * the transaction that stores its answer and by no other, so that an answered line is paid once however often the process
 * died, and an unanswered one never.
 */
export class LineGate implements Gate {
  readonly #meter: Meter | undefined;
  readonly #open = new Map<string, OpenLine>();

  /** Without a meter nothing is charged. */
  constructor(meter: Meter | undefined) {
    this.#meter = meter;
  }

  async admit({ call, deployment, size }: AdmissionRequest): Promise<Admission> {
    const { requestId, caller } = call;
    const { organizationId, workspaceId, keyId, userId } = caller;
    const ticket = await this.#meter?.begin({
      requestId,
      spender: { organizationId, workspaceId, keyId, userId },
      model: deployment,
      mode: "batch",
      countPrompt: () => size.countPrompt(),
      maxOutputTokens: size.maxOutputTokens,
    });
    const open: OpenLine | undefined = ticket && { ticket, outcome: undefined };
    if (open) this.#open.set(requestId, open);
    return {
      // A killed process's line is asked again: what it had so far costs nothing.
      progress() {},
      settle(outcome) {
        if (open) open.outcome = outcome;
        return Promise.resolve();
      },
    };
  }

  /** Charges a request that was answered, with the storing of its answer. False: it was not let in, so nothing was stored. */
  async settle(requestId: string, alongside: StoreAnswer): Promise<boolean> {
    const open = this.#open.get(requestId);
    if (open?.outcome === undefined) {
      await this.release(requestId);
      return false;
    }
    this.#open.delete(requestId);
    const { promptTokens, cachedTokens, completionTokens: outputTokens } = open.outcome;
    const counts = { promptTokens, cachedTokens, outputTokens, promptProcessed: true };
    await open.ticket.settle({ ending: "completed", ...counts }, { trace: open.outcome, alongside });
    return true;
  }

  /** Ends a request that came to nothing: nothing is charged. */
  async release(requestId: string): Promise<void> {
    const open = this.#open.get(requestId);
    this.#open.delete(requestId);
    const nothing = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, promptProcessed: false };
    await open?.ticket.settle({ ending: "broken", ...nothing }, open.outcome ? { trace: open.outcome } : {});
  }
}
