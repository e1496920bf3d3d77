import type { Catalog } from "../catalog.ts";
import type { DeploymentState } from "../deployment.ts";
import type { QueueingGate } from "../gate.ts";
import { RemoteDeployment } from "../upstream/remote-deployment.ts";

/** How busy one model is. */
export interface ModelLoad {
  readonly model: string;
  readonly state: DeploymentState;
  /** Of a model of this server, answers being computed; of a remote one, requests under way. */
  readonly running: number;
  /** How many there may be at once; undefined while that is not known: the model is not loaded. */
  readonly atOnce: number | undefined;
  /** Requests that wait for their turn, here or in the model's process. */
  readonly waiting: number;
}

/** How busy the models are, as their processes and the queues before them say. */
export function modelLoads(catalog: Catalog, gate: Pick<QueueingGate, "load"> | undefined): readonly ModelLoad[] {
  return catalog.deployments.map((deployment) => {
    const { spec, state, current } = deployment;
    const queue = gate?.load(spec.id);
    const waiting = queue?.waiting ?? 0;
    if (deployment instanceof RemoteDeployment)
      return { model: spec.id, state, running: queue?.running ?? 0, atOnce: deployment.remote.slots, waiting };
    const status = current?.engine.status();
    return {
      model: spec.id,
      state,
      running: status?.runningSequences ?? 0,
      atOnce: status?.sequencesAtOnce || undefined,
      waiting: waiting + (status?.waitingRequests ?? 0),
    };
  });
}
