import { TramontaneError } from "#base";
import type { DeploymentState, LoadedModel } from "../deployment.ts";
import { Deployment } from "../deployment.ts";
import type { ModelCard } from "#protocol";
import type { Catalog } from "../catalog.ts";
import type { EngineHealth } from "./remote-endpoint.ts";
import type { RemoteModel } from "./remote-model.ts";

/** The engines of all models that run on other servers, and whether they can be used. */
export function remoteEngines(catalog: Catalog): readonly (EngineHealth & { readonly model: string })[] {
  return catalog.deployments.flatMap((deployment) =>
    deployment instanceof RemoteDeployment
      ? deployment.remote.health.map((health) => ({ model: deployment.spec.id, ...health }))
      : [],
  );
}

/** A model that other servers run for us, under the names clients know it by. */
export class RemoteDeployment extends Deployment {
  readonly remote: RemoteModel;

  /** `createdAt` in seconds since the epoch. */
  constructor(remote: RemoteModel, createdAt: number) {
    const { name, aliases, contextTokens } = remote.spec;
    super(
      {
        id: name,
        aliases,
        createdAt,
        ownedBy: "remote",
        serves: { chat: true, fim: false, embeddings: false },
        defaultTemperature: 0.7,
        contextTokens,
      },
      () => Promise.reject(new TramontaneError("capability_missing", `The model "${name}" runs on another server.`)),
    );
    this.remote = remote;
  }

  override get state(): DeploymentState {
    return "ready";
  }

  override get current(): LoadedModel | undefined {
    return undefined;
  }

  override async unload(): Promise<void> {
    await this.remote.close();
  }

  override card(name: string): ModelCard {
    const card = super.card(name);
    return {
      ...card,
      capabilities: { ...card.capabilities, function_calling: true, classification: false, moderation: false },
    };
  }
}
