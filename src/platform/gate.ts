import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { Admission, AdmissionRequest, Gate, Outcome, RequestSize } from "./inference/call.ts";
import { FairQueue } from "./limits/fair-queue.ts";
import type { Place, QueueLoad } from "./limits/fair-queue.ts";
import type { Limiter } from "./limits/limiter.ts";
import type { AttemptEnd } from "./metering/outcome.ts";
import type { Meter, UsageTicket } from "./metering/meter.ts";
import type { Telemetry } from "./telemetry/otlp.ts";

interface GateParts {
  readonly limiter: Limiter;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long a request may wait for its start. */
  readonly queueMs: number;
  /** Hears of every request that has ended. */
  readonly telemetry?: Telemetry | undefined;
}

/** A gate that models are queued for at. */
export interface QueueingGate extends Gate {
  /** How busy a model's queue is; undefined: nobody has come to it yet. */
  load(deployment: string): QueueLoad | undefined;
}

const BYTES_PER_TOKEN = 4;
/** What an answer without `max_tokens` is first taken for, by rates. Money reserves the most it may come to. */
const USUAL_OUTPUT_TOKENS = 256;

/** Lets in who is within limits and budget, and writes down what it came to. */
export function createGate({ limiter, meter, logger, telemetry, clock, queueMs }: GateParts): QueueingGate {
  const queues = new Queues(clock, queueMs);
  return {
    load: (deployment) => queues.load(deployment),
    async admit(ask: AdmissionRequest): Promise<Admission> {
      const { caller, requestId } = ask.call;
      const { organizationId, workspaceId, keyId, userId } = caller;
      const tokens = expectedTokens(ask.size);
      const lease = await limiter.admit({ caller, model: ask.deployment, tokens });
      let place: Place | undefined;
      let ticket: UsageTicket;
      try {
        place = await queues.enter(ask, tokens);
        ticket = await meter.begin({
          requestId,
          spender: { organizationId, workspaceId, keyId, userId },
          model: ask.deployment,
          mode: "standard",
          countPrompt: () => ask.size.countPrompt(),
          maxOutputTokens: ask.size.maxOutputTokens,
        });
      } catch (error) {
        lease.end(0);
        place?.leave(0);
        throw error;
      }
      return {
        limits: lease.state,
        durable: ticket.durable,
        progress: ({ promptTokens, completionTokens }) =>
          ticket.progress({ promptTokens, outputTokens: completionTokens }),
        async settle(outcome) {
          const { promptTokens, completionTokens: outputTokens } = outcome;
          lease.end(promptTokens + outputTokens);
          place?.leave(promptTokens + outputTokens);
          telemetry?.record({ ask, outcome });
          try {
            await ticket.settle(endOf(outcome), { trace: withWait(outcome, place) });
          } catch (error) {
            // A refusal is an answer; only a store that fails is news.
            if (!(error instanceof TramontaneError))
              logger.log("error", "meter.settle_failed", { requestId, message: String(error) });
            throw error;
          }
        },
      };
    },
  };
}

/** The wait for a turn here comes before the one inside the engine. */
function withWait(outcome: Outcome, place: Place | undefined): Outcome {
  const { timings } = outcome;
  if (timings === undefined || place === undefined) return outcome;
  return { ...outcome, timings: { ...timings, queueMs: timings.queueMs + place.waitedMs } };
}

/** One queue per model. */
class Queues {
  readonly #queues = new Map<string, FairQueue>();
  readonly #clock: Clock;
  readonly #deadlineMs: number;

  constructor(clock: Clock, deadlineMs: number) {
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
  }

  load(deployment: string): QueueLoad | undefined {
    return this.#queues.get(deployment)?.load;
  }

  enter({ call, deployment, slots }: AdmissionRequest, tokens: number): Promise<Place> | undefined {
    if (slots === undefined) return undefined;
    let queue = this.#queues.get(deployment);
    if (queue === undefined) {
      queue = new FairQueue({ slots, deadlineMs: this.#deadlineMs, clock: this.#clock });
      this.#queues.set(deployment, queue);
    }
    const { organizationId } = call.caller;
    const { signal, reportPlace } = call;
    return queue.enter({ organizationId, tokens, signal, ...(reportPlace ? { onMove: reportPlace } : {}) });
  }
}

/** Who leaves before the first token pays for the part of the prompt that was worked through for them. */
function endOf(outcome: Outcome): AttemptEnd {
  const { ending, promptTokens, cachedTokens, completionTokens: outputTokens, prefilledTokens = 0 } = outcome;
  if (outputTokens > 0 || ending === "completed")
    return { ending, promptTokens, cachedTokens, outputTokens, promptProcessed: true };
  const promptProcessed = prefilledTokens > cachedTokens;
  return { ending, promptTokens: prefilledTokens, cachedTokens, outputTokens, promptProcessed };
}

function expectedTokens({ promptBytes, maxOutputTokens, isOutputBounded }: RequestSize): number {
  const output = isOutputBounded ? maxOutputTokens : Math.min(maxOutputTokens, USUAL_OUTPUT_TOKENS);
  return Math.ceil(promptBytes / BYTES_PER_TOKEN) + output;
}
