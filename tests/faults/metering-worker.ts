import { silentLogger } from "#base";
import { openBackOffice, uuidv7 } from "#platform";
import type { Caller } from "#platform";

/**
 * A gateway without doors, to be killed: it begins and settles requests as fast as told, and tells its parent what was
 * acknowledged. Its orders are JSON in the environment.
 */
export interface WorkerOrders {
  readonly directory: string;
  readonly databaseUrl: string | undefined;
  readonly perSecond: number;
  /** Stops after so many requests; undefined: goes on until killed. */
  readonly requests: number | undefined;
}

export type WorkerReport =
  | { readonly ready: true }
  | { readonly begun: string }
  | { readonly settled: string }
  | { readonly refused: string };

const orders = JSON.parse(process.env["WORKER_ORDERS"]!) as WorkerOrders;
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const office = await openBackOffice({
  ...orders,
  role: "server",
  configuredKey: undefined,
  clock,
  logger: silentLogger,
});
const { organizationId, id: workspaceId } = office.firstWorkspace;
const tell = (report: WorkerReport): void => void process.send!(report);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function request(number: number): Promise<void> {
  const requestId = uuidv7(clock.nowMs());
  const caller: Caller = {
    organizationId,
    workspaceId,
    keyId: undefined,
    userId: undefined,
    scopes: new Set(),
    models: undefined,
  };
  const { signal } = new AbortController();
  const size = { promptBytes: 40, countPrompt: () => Promise.resolve(10), maxOutputTokens: 10, isOutputBounded: true };
  const call = { requestId, caller, dialect: "mistral", signal } as const;
  const admission = await office.gate!.admit({ call, deployment: "small", operation: "chat", size });
  tell({ begun: requestId });
  await pause(Math.random() * 40);
  admission.progress({ promptTokens: 10, completionTokens: 5 });
  const outcome = {
    operation: "chat",
    deployment: "small",
    promptTokens: 10,
    cachedTokens: 0,
    completionTokens: 10,
    ending: number % 5 === 0 ? "abandoned" : "completed",
    endings: ["stop"],
    durationMs: 1,
    firstTextMs: 1,
  } as const;
  await admission.settle(outcome);
  tell({ settled: requestId });
  // A retried settlement, as after a lost acknowledgement.
  if (number % 7 === 0) await admission.settle(outcome);
}

tell({ ready: true });
const running: Promise<void>[] = [];
for (let number = 1; orders.requests === undefined || number <= orders.requests; number++) {
  running.push(
    request(number).catch((error: unknown) => tell({ refused: String((error as { code?: unknown }).code) })),
  );
  await pause(1000 / orders.perSecond);
}
await Promise.all(running);
await office.close();
process.disconnect();
