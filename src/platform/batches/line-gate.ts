import type { Admission, AdmissionRequest, Gate, Outcome } from "../inference/call.ts";
import type { Meter, UsageTicket } from "../metering/meter.ts";
import type { Alongside } from "../metering/usage-operation.ts";
import { Slots } from "./slots.ts";

interface OpenLine {
  readonly ticket: UsageTicket;
  outcome: Outcome | undefined;
}

/**
 * Admits the lines of batches: at the price of a batch, within budgets, without rate limits, a few at a time to the model.
 * Their writes are gathered into groups, so more lines are on their way than a model has: waiting for their intent, or for
 * their answer to be stored. What a line used is charged by
 * the transaction that stores its answer and by no other, so that an answered line is paid once however often the process
 * died, and an unanswered one never.
 */
export class LineGate implements Gate {
  readonly #meter: Meter | undefined;
  readonly #open = new Map<string, OpenLine>();
  readonly #slots: Slots;

  /** `concurrency`: lines that models are asked at the same time. Without a meter nothing is charged. */
  constructor(meter: Meter | undefined, concurrency: number) {
    this.#meter = meter;
    this.#slots = new Slots(concurrency);
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
    await this.#slots.enter();
    const slots = this.#slots;
    if (call.signal.aborted) slots.leave();
    call.signal.throwIfAborted();
    return {
      // A killed process's line is asked again: what it had so far costs nothing.
      progress() {},
      settle(outcome) {
        slots.leave();
        if (open) open.outcome = outcome;
        return Promise.resolve();
      },
    };
  }

  /** Charges a request that was answered, with the storing of its answer. False: it was not let in, so nothing was stored. */
  async settle(requestId: string, alongside: Alongside): Promise<boolean> {
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
