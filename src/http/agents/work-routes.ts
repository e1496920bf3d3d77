import { TramontaneError } from "#base";
import type { Agents, Batches, Catalog, Conversations, Files, Inference, Organizations } from "#platform";
import { batchRoutes } from "../batches/batch-routes.ts";
import { fileRoutes } from "../files/file-routes.ts";
import type { Answer, Exchange, Route } from "../route.ts";
import { agentRoutes } from "./agent-routes.ts";
import { conversationRoutes } from "./conversation-routes.ts";
import { libraryRoutes } from "./library-routes.ts";
import type { LibraryParts } from "./library-routes.ts";

export interface WorkParts extends LibraryParts {
  readonly files: Files;
  readonly batches: Batches;
  readonly agents: Agents;
  readonly conversations: Conversations;
  readonly catalog: Catalog;
  readonly inference: Inference;
  readonly organizations: Organizations;
}

/** Everything of a workspace that outlives a request. */
export function workRoutes(parts: WorkParts): readonly Route[] {
  const tuned = "/v1/fine_tuning/models/:id";
  const group = "Models";
  const refuse = refuseBaseModel(parts.catalog);
  // oxfmt-ignore
  return [
    ...fileRoutes(parts.files),
    ...batchRoutes(parts.batches),
    ...agentRoutes(parts.agents, parts.inference),
    ...conversationRoutes(parts.conversations),
    ...libraryRoutes(parts),
    { method: "PATCH", paths: [tuned], group, summary: "Rename a fine-tuned model; base models are refused", handle: refuse },
    { method: "POST", paths: [`${tuned}/archive`], group, summary: "Archive a fine-tuned model; base models are refused", handle: refuse },
    { method: "DELETE", paths: [`${tuned}/archive`], group, summary: "Bring a fine-tuned model back; base models are refused", handle: refuse },
    { method: "GET", paths: ["/v1/users/me"], group: "Users", summary: "Who this key belongs to", handle: describeCaller(parts.organizations) },
  ];
}

/** Models that were tuned elsewhere are files like any other: there is none here that could be renamed or archived. */
function refuseBaseModel(catalog: Catalog) {
  return ({ params }: Exchange): Answer => {
    const { id } = catalog.card(params["id"] ?? "");
    throw new TramontaneError("invalid_request", `${id} is a base model: only fine-tuned models can be changed`, {
      field: "model_id",
    });
  };
}

function describeCaller(organizations: Organizations) {
  return async ({ caller }: Exchange): Promise<Answer> => {
    const { organizationId, workspaceId, userId, keyId } = caller;
    const organization = await organizations.get(organizationId);
    const workspace = (await organizations.workspaces(organizationId)).find(({ id }) => id === workspaceId);
    const value = {
      id: userId ?? keyId ?? workspaceId,
      email: null,
      first_name: null,
      last_name: null,
      organization: { id: organization.id, name: organization.name },
      workspace: workspace ? { id: workspace.id, name: workspace.name } : null,
    };
    return { kind: "json", value };
  };
}
