import { z } from "zod";
import { TramontaneError } from "#base";
import { actorOf } from "#platform";
import type { BackOffice, Caller, ModelDesk, ModelLoad, ModelOffer, Pull } from "#platform";
import type { Route } from "../route.ts";
import { adminRoute } from "./admin-exchange.ts";
import { list } from "./views.ts";

const PullBody = z.object({
  model: z.string().min(1),
  url: z.string().optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .optional(),
});
const DeploymentBody = z.object({ model: z.string().min(1) });

/** Models of this installation: what there is, and bringing more into service. */
export function modelDoors(office: BackOffice, desk: ModelDesk): readonly Route[] {
  const door = { scope: "admin", reach: "installation" } as const;
  const reading = { ...door, scope: "inference" } as const;
  const { organizationId: first } = office.firstWorkspace;
  return [
    adminRoute(office, {
      ...reading,
      method: "GET",
      path: "/models",
      summary: "List the models served here and those that can be pulled",
      async handle() {
        const { memoryBytes, diskBytes } = await desk.offers.machine();
        const machine = { memory_bytes: memoryBytes, disk_bytes: diskBytes };
        return { ...list(desk.offers.list().map(viewOffer)), machine };
      },
    }),
    adminRoute(office, {
      ...door,
      method: "GET",
      path: "/engines",
      summary: "List the servers that remote models run on, and whether they can be used",
      async handle({ caller }) {
        requireInstaller(caller, first);
        return list(desk.engines().map((engine) => ({ object: "engine", ...engine, problem: engine.problem ?? null })));
      },
    }),
    adminRoute(office, {
      ...door,
      method: "GET",
      path: "/load",
      summary: "Show how busy each model is: what runs, how much may run at once, what waits",
      async handle({ caller }) {
        requireInstaller(caller, first);
        return list(desk.load().map(viewLoad));
      },
    }),
    adminRoute(office, {
      ...reading,
      method: "GET",
      path: "/pulls",
      summary: "List the models on their way into service, and the latest that arrived",
      handle: async () => list((await desk.pulls.list()).map(viewPull)),
    }),
    adminRoute(office, {
      ...door,
      method: "POST",
      path: "/pulls",
      summary: "Pull a model: download, verify, load, warm up",
      body: PullBody,
      async handle({ caller }, { model, url, sha256 }) {
        requireInstaller(caller, first);
        return viewPull(await desk.order({ model, url, sha256: sha256?.toLowerCase() }, actorOf(caller)));
      },
    }),
    adminRoute(office, {
      ...reading,
      method: "GET",
      path: "/pulls/:id",
      summary: "Get a pull",
      handle: async ({ params }) => viewPull(await desk.pulls.get(params["id"]!)),
    }),
    adminRoute(office, {
      ...door,
      method: "POST",
      path: "/pulls/:id/cancel",
      summary: "Stop a pull; what was downloaded is kept",
      async handle({ caller, params }) {
        requireInstaller(caller, first);
        return viewPull(await desk.cancel(params["id"]!));
      },
    }),
    adminRoute(office, {
      ...door,
      method: "POST",
      path: "/pulls/:id/resume",
      summary: "Go on with a pull that stopped, from what it had downloaded",
      async handle({ caller, params }) {
        requireInstaller(caller, first);
        return viewPull(await desk.resume(params["id"]!, actorOf(caller)));
      },
    }),
    adminRoute(office, {
      ...door,
      method: "POST",
      path: "/deployments",
      summary: "Load a model whose file is here",
      body: DeploymentBody,
      async handle({ caller }, { model }) {
        requireInstaller(caller, first);
        const offer = desk.offers.list().find(({ id }) => id === model);
        if (offer?.source === "file") return viewPull(await desk.order({ model }, actorOf(caller)));
        throw new TramontaneError("not_found", `There is no file of ${model} here.`, {
          hint: "Pull it first.",
          field: "model",
        });
      },
    }),
    adminRoute(office, {
      ...door,
      method: "DELETE",
      path: "/deployments/:model",
      summary: "Free the memory of a model; the next who asks it loads it again",
      async handle({ caller, params }) {
        requireInstaller(caller, first);
        await desk.unload(params["model"]!);
        return { id: params["model"], object: "deployment", state: "idle" };
      },
    }),
  ];
}

/** The machine is the installation's: its operators, and who administers its first organisation, may load it. */
function requireInstaller(caller: Caller, firstOrganizationId: string): void {
  if (caller.scopes.has("operator") || caller.organizationId === firstOrganizationId) return;
  throw new TramontaneError("forbidden", "Models are deployed by those who run this installation.");
}

function viewOffer(offer: ModelOffer) {
  return {
    id: offer.id,
    object: "model_offer",
    source: offer.source,
    state: offer.state,
    summary: offer.summary ?? null,
    architecture: offer.architecture ?? null,
    parameters: offer.parameters ?? null,
    licence: offer.licence ?? null,
    context_tokens: offer.contextTokens,
    capabilities: offer.capabilities,
    file_bytes: offer.fileBytes ?? null,
    memory_bytes: offer.memoryBytes ?? null,
    fits: offer.fits,
  };
}

function viewLoad({ model, state, running, atOnce, waiting }: ModelLoad) {
  return { object: "model_load", model, state, running, at_once: atOnce ?? null, waiting };
}

function viewPull(pull: Pull) {
  return {
    id: pull.id,
    object: "pull",
    model: pull.model,
    step: pull.step,
    done_bytes: pull.doneBytes,
    total_bytes: pull.totalBytes ?? null,
    fraction: pull.fraction,
    verified: pull.isVerified ?? null,
    status: pull.endedAt ? pull.outcome : pull.outcome === "cancelled" ? "cancelling" : "running",
    error: pull.problem
      ? { code: pull.problem.code, message: pull.problem.message, hint: pull.problem.hint ?? null }
      : null,
    created_at: pull.createdAt.toISOString(),
    ended_at: pull.endedAt?.toISOString() ?? null,
  };
}
