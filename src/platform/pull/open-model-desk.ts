import { TramontaneError } from "#base";
import type { Clock, Logger } from "#base";
import type { Catalog } from "../catalog.ts";
import type { Deployment } from "../deployment.ts";
import type { QueueingGate } from "../gate.ts";
import { modelLoads } from "../models/model-load.ts";
import type { ModelLoad } from "../models/model-load.ts";
import type { ModelFile } from "../models/model-files.ts";
import type { Database } from "../storage/database.ts";
import { remoteEngines } from "../upstream/remote-deployment.ts";
import { ModelOffers } from "./model-offers.ts";
import { downloadUrl, OPEN_WEIGHTS } from "./open-weights.ts";
import { PullRunner } from "./pull-runner.ts";
import { PullStore } from "./pull-store.ts";
import type { Pull } from "./pull-store.ts";

export interface ModelDeskParts {
  readonly database: Database;
  readonly catalog: Catalog;
  /** Where model files are; the first is where pulled ones go. */
  readonly folders: readonly [string, ...string[]];
  /** Where models of the list are. The only place on an internal address that is asked for files. */
  readonly hubUrl: URL;
  readonly budgetBytes: number;
  readonly deploy: (file: ModelFile) => Deployment;
  /** Where requests queue for the models. */
  readonly gate?: Pick<QueueingGate, "load"> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What somebody wants served. */
export interface WantedModel {
  /** Its name; of a model of the list, or of one whose file is here, that is enough. */
  readonly model: string;
  /** Where any other GGUF file is. */
  readonly url?: string | undefined;
  readonly sha256?: string | undefined;
}

/** Which models there are, and bringing more of them into service. */
export interface ModelDesk {
  readonly offers: ModelOffers;
  readonly pulls: PullStore;
  /** Errors: `not_found` for a name that nobody knows, `conflict` while it is on its way, `invalid_request` for a name or address that cannot be. */
  order(wanted: WantedModel, askedBy: string): Promise<Pull>;
  cancel(id: string): Promise<Pull>;
  /** Goes on with a pull that failed or was cancelled, from what it had brought. */
  resume(id: string, askedBy: string): Promise<Pull>;
  /** Frees the memory of a model; who asks it next loads it again. Errors: `not_found`. */
  unload(model: string): Promise<void>;
  /** The servers that models of other machines run on. */
  engines(): ReturnType<typeof remoteEngines>;
  /** How busy the models are. */
  load(): readonly ModelLoad[];
  close(): Promise<void>;
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

/** Opens the desk and goes on with what an earlier process left. */
export async function openModelDesk(parts: ModelDeskParts): Promise<ModelDesk> {
  const { database, catalog, folders, hubUrl, clock, logger, deploy } = parts;
  const pulls = new PullStore({ database, clock });
  const runner = new PullRunner({ store: pulls, catalog, folder: folders[0], hubUrl, deploy, clock, logger });
  // Where only one process may use the store, whoever held a pull before is gone.
  if (database.description.kind !== "external") await pulls.release(undefined);
  runner.start();
  const create = async (wanted: WantedModel, askedBy: string): Promise<Pull> => {
    const pull = await pulls.create({ ...sourceOf(wanted, catalog, hubUrl), askedBy });
    runner.wake();
    return pull;
  };
  return {
    offers: new ModelOffers(parts),
    pulls,
    order: create,
    async cancel(id) {
      const pull = await pulls.cancel(id);
      runner.wake();
      return pull;
    },
    async resume(id, askedBy) {
      const { model, url, sha256, endedAt } = await pulls.get(id);
      if (!endedAt) throw new TramontaneError("conflict", "This pull has not ended.", { field: "id" });
      return await create({ model, url, sha256 }, askedBy);
    },
    async unload(model) {
      const deployment = catalog.find(model);
      if (!deployment) throw new TramontaneError("not_found", `${model} is not served here.`, { field: "model" });
      await deployment.unload();
    },
    engines: () => remoteEngines(catalog),
    load: () => modelLoads(catalog, parts.gate),
    close: () => runner.close(),
  };
}

function sourceOf({ model, url, sha256 }: WantedModel, catalog: Catalog, hubUrl: URL) {
  if (!NAME.test(model))
    throw new TramontaneError("invalid_request", `"${model}" cannot be a model's name.`, { field: "model" });
  if (url !== undefined) {
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new TramontaneError("invalid_request", "Only http and https addresses can be pulled.", { field: "url" });
    return { model, url, sha256 };
  }
  const served = catalog.find(model);
  if (served?.spec.id === model) return { model, url: undefined, sha256: undefined };
  const known = OPEN_WEIGHTS.find(({ name, aliases }) => name === model || aliases.includes(model));
  if (known) return { model: known.name, url: downloadUrl(hubUrl, known), sha256 };
  throw new TramontaneError("not_found", `"${model}" is not in the list of models that can be pulled.`, {
    field: "model",
    hint: "Give its address in `url`: any GGUF file can be pulled.",
  });
}
