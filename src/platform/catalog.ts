import { TramontaneError } from "#base";
import type { ModelCard } from "#protocol";
import type { Deployment } from "./deployment.ts";

/**
 * The models served here and all their names. A name means one deployment; `default` is the one that answers where a
 * route lets the model out (Azure).
 */
export class Catalog {
  readonly #deployments: Deployment[];
  readonly default: Deployment;
  readonly #byName = new Map<string, Deployment>();

  /** The first deployment is the default. Errors: `config_invalid` when there is none or a name is taken twice. */
  constructor(deployments: readonly Deployment[]) {
    const [first] = deployments;
    if (!first) throw new TramontaneError("config_invalid", "At least one model must be served");
    for (const deployment of deployments) {
      for (const name of [deployment.spec.id, ...deployment.spec.aliases]) this.#claim(name, deployment);
    }
    this.#deployments = [...deployments];
    this.default = first;
  }

  get deployments(): readonly Deployment[] {
    return this.#deployments;
  }

  /** Serves one more model from now on. Its names that another model stood in for are its own. Errors: `conflict` when its id is taken. */
  add(deployment: Deployment): void {
    const { id, aliases } = deployment.spec;
    if (this.find(id)?.spec.id === id) throw new TramontaneError("conflict", `The model ${id} is served already`);
    for (const name of [id, ...aliases]) {
      const standIn = this.#byName.get(name);
      if (standIn?.spec.id === name) deployment.loseAlias(name);
      else {
        standIn?.loseAlias(name);
        this.#byName.set(name, deployment);
      }
    }
    this.#deployments.push(deployment);
  }

  find(name: string): Deployment | undefined {
    return this.#byName.get(name);
  }

  /** Errors: `invalid_model`. */
  resolve(name: string): Deployment {
    const deployment = this.find(name);
    if (deployment) return deployment;
    throw new TramontaneError("invalid_model", `Invalid model: ${name}`, {
      field: "model",
      hint: "GET /v1/models lists the names.",
    });
  }

  /** One card per name, so that a client which looks an alias up in the list finds it. */
  cards(): readonly ModelCard[] {
    return [...this.#byName].map(([name, deployment]) => deployment.card(name));
  }

  /** Errors: `not_found`. */
  card(name: string): ModelCard {
    const deployment = this.find(name);
    if (deployment) return deployment.card(name);
    throw new TramontaneError("not_found", `Model ${name} was not found.`, { field: "model" });
  }

  #claim(name: string, deployment: Deployment): void {
    const owner = this.#byName.get(name);
    if (owner) {
      const both = `${owner.spec.id} and ${deployment.spec.id}`;
      throw new TramontaneError("config_invalid", `The model name '${name}' is claimed by ${both}`);
    }
    this.#byName.set(name, deployment);
  }
}

/**
 * The names of February 2024, for a chat model that stands in for all of them: programs of that time run unchanged.
 * `azureai` is what the model is called behind Azure's endpoints.
 */
export const CHAT_ALIASES_OF_2402: readonly string[] = [
  "open-mistral-7b",
  "open-mixtral-8x7b",
  "mistral-tiny",
  "mistral-tiny-2312",
  "mistral-tiny-latest",
  "mistral-small",
  "mistral-small-2312",
  "mistral-small-2402",
  "mistral-small-latest",
  "mistral-medium",
  "mistral-medium-2312",
  "mistral-medium-latest",
  "mistral-large",
  "mistral-large-2402",
  "mistral-large-latest",
  "codestral-latest",
  "azureai",
];
