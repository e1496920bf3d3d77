import type { Catalog } from "#platform";
import type { ModelList } from "#protocol";
import type { Answer, Exchange } from "../route.ts";

export function listModels(catalog: Catalog) {
  return (): Answer => ({ kind: "json", value: { object: "list", data: catalog.cards() } satisfies ModelList });
}

export function retrieveModel(catalog: Catalog) {
  return ({ params }: Exchange): Answer => ({ kind: "json", value: catalog.card(params["id"] ?? "") });
}

/** What Azure's clients ask an endpoint about itself. */
export function describeEndpoint(catalog: Catalog) {
  return (): Answer => {
    const { spec } = catalog.default;
    const value = { model_name: spec.id, model_type: "chat_completion", model_provider_name: spec.ownedBy };
    return { kind: "json", value };
  };
}
