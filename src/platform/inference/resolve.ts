import { TramontaneError } from "#base";
import type { Catalog } from "../catalog.ts";
import type { Deployment } from "../deployment.ts";
import type { ModelNames } from "../models/model-names.ts";
import { requireModel, requireScope } from "../tenancy/caller.ts";
import type { Caller } from "../tenancy/caller.ts";
import type { Call } from "./call.ts";

/** What a deployment is made for. */
type Served = keyof Deployment["spec"]["serves"] | "text";

const MISSING: Readonly<Record<Served, string>> = {
  chat: "This model does not answer conversations",
  text: "This model does not continue texts",
  fim: "This model does not support FIM",
  embeddings: "This model does not give embeddings",
};

export interface Names {
  readonly catalog: Catalog;
  /** Names that workspaces have of their own; undefined: none. */
  readonly names?: Pick<ModelNames, "of"> | undefined;
}

/**
 * The deployment a name means, if this caller may use it for this. Errors: `invalid_model`, `forbidden`,
 * `capability_missing`.
 */
export async function resolve(
  names: Names,
  ask: { model: string; operation: Served },
  call: Call,
): Promise<Deployment> {
  const { caller } = call;
  requireScope(caller, "inference");
  const deployment = await deploymentNamed(names, ask.model, caller);
  requireModel(caller, deployment.spec.id);
  call.reportDeployment?.(deployment.spec.id);
  // Whatever answers conversations continues texts.
  if (deployment.spec.serves[ask.operation === "text" ? "chat" : ask.operation]) return deployment;
  throw new TramontaneError("capability_missing", MISSING[ask.operation], { field: "model" });
}

/** What a name means for this caller, at once when its workspace's own names are known: they come first. Errors: `invalid_model`. */
export function deploymentNamed(
  { catalog, names }: Names,
  name: string,
  caller: Caller,
): Deployment | Promise<Deployment> {
  const own = names?.of(caller.workspaceId);
  if (own instanceof Promise) return own.then((known) => catalog.resolve(known.get(name) ?? name));
  return catalog.resolve(own?.get(name) ?? name);
}
