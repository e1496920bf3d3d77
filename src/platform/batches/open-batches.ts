import type { Clock, Logger } from "#base";
import type { Agents } from "../agents/agents.ts";
import type { Files } from "../files/files.ts";
import type { Gate } from "../inference/call.ts";
import type { Inference } from "../inference/inference.ts";
import type { Meter } from "../metering/meter.ts";
import type { Database } from "../storage/database.ts";
import { BatchRunner } from "./batch-runner.ts";
import { Batches } from "./batches.ts";
import { lineAnswerers } from "./line-answer.ts";
import type { DescribeFailure } from "./line-answer.ts";
import { LineGate } from "./line-gate.ts";

export interface OpenBatchesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: Files;
  readonly agents: Agents;
  /** Undefined: nothing is charged. */
  readonly meter: Meter | undefined;
  /** The models' use cases behind another gate, at another priority. */
  readonly createInference: (gate: Gate, priority: number) => Inference;
  readonly describeFailure: DescribeFailure;
}

export interface OpenBatches {
  readonly batches: Batches;
  /** Interrupts what runs; the next process goes on with it. */
  close(): Promise<void>;
}

/** After everybody who waits for an answer. */
const BATCH_PRIORITY = 10;
/** Enough to keep a model busy; more would only lengthen what a restart repeats. */
const CONCURRENCY = 4;
/** Lines on their way: twice what a group of writes holds, so that one can be gathered while another is written. */
const UNDER_WAY = 64;

/** Opens the batches and takes up what an earlier process left. */
export async function openBatches(parts: OpenBatchesParts): Promise<OpenBatches> {
  const { database, clock, logger, files, agents, describeFailure } = parts;
  const gate = new LineGate(parts.meter, CONCURRENCY);
  const answerers = lineAnswerers({ inference: parts.createInference(gate, BATCH_PRIORITY), agents });
  const shared = { database, clock, files, describeFailure };
  const runner = new BatchRunner({ ...shared, logger, gate, answerers, underWay: UNDER_WAY });
  await runner.start();
  return { batches: new Batches({ ...shared, agents, runner }), close: () => runner.close() };
}
