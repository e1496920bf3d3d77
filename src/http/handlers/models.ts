import type { Catalog, ModelNames } from "#platform";
import type { ModelList } from "#protocol";
import type { Answer, Exchange } from "../route.ts";

/** Names that the caller's workspace has of its own; undefined: there are none. */
type OwnNames = Pick<ModelNames, "of"> | undefined;

export function listModels(catalog: Catalog, names: OwnNames) {
  return async ({ caller }: Exchange): Promise<Answer> => {
    const own = (await names?.of(caller.workspaceId)) ?? new Map<string, string>();
    const theirs = [...own].flatMap(([name, model]) => catalog.find(model)?.card(name) ?? []);
    const data = [...catalog.cards().filter(({ id }) => !own.has(id)), ...theirs];
    return { kind: "json", value: { object: "list", data } satisfies ModelList };
  };
}

export function retrieveModel(catalog: Catalog, names: OwnNames) {
  return async ({ params: { id = "" }, caller }: Exchange): Promise<Answer> => {
    const model = (await names?.of(caller.workspaceId))?.get(id);
    return {
      kind: "json",
      value: (model === undefined ? undefined : catalog.find(model)?.card(id)) ?? catalog.card(id),
    };
  };
}

/** What Azure's clients ask an endpoint about itself. */
export function describeEndpoint(catalog: Catalog) {
  return (): Answer => {
    const { spec } = catalog.default;
    const value = { model_name: spec.id, model_type: "chat_completion", model_provider_name: spec.ownedBy };
    return { kind: "json", value };
  };
}
