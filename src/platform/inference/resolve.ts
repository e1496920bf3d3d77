import { TramontaneError } from "#base";
import type { Catalog } from "../catalog.ts";
import type { Deployment } from "../deployment.ts";
import { requireModel, requireScope } from "../tenancy/caller.ts";
import type { Call } from "./call.ts";

/** What a deployment is made for. */
type Served = keyof Deployment["spec"]["serves"] | "text";

const MISSING: Readonly<Record<Served, string>> = {
  chat: "This model does not answer conversations",
  text: "This model does not continue texts",
  fim: "This model does not support FIM",
  embeddings: "This model does not give embeddings",
};

/**
 * The deployment a name means, if this caller may use it for this. Errors: `invalid_model`, `forbidden`,
 * `capability_missing`.
 */
export function resolve(catalog: Catalog, ask: { model: string; operation: Served }, call: Call): Deployment {
  const { caller } = call;
  requireScope(caller, "inference");
  const deployment = catalog.resolve(ask.model);
  requireModel(caller, deployment.spec.id);
  call.reportDeployment?.(deployment.spec.id);
  // Whatever answers conversations continues texts.
  if (deployment.spec.serves[ask.operation === "text" ? "chat" : ask.operation]) return deployment;
  throw new TramontaneError("capability_missing", MISSING[ask.operation], { field: "model" });
}
