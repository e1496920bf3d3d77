import { z } from "zod";
import type { Batches } from "#platform";
import { BATCH_STATUSES, CreateBatchSchema, readBody } from "#protocol";
import { flag, PageQuery, readQuery, repeated } from "../read-query.ts";
import { accept } from "../route.ts";
import type { Answer, Exchange, Route } from "../route.ts";

const ListQuery = z.object({
  ...PageQuery,
  model: z.string().optional(),
  agent_id: z.string().optional(),
  status: repeated(z.enum(BATCH_STATUSES)),
  metadata: z
    .string()
    .transform((text, context) => {
      try {
        return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
      } catch {
        context.addIssue({ code: "custom", message: "must be a JSON object" });
        return z.NEVER;
      }
    })
    .optional(),
  created_after: z.iso.datetime({ offset: true }).optional(),
  created_by_me: flag.default(false),
  order_by: z.enum(["created", "-created"]).default("-created"),
});
/** Parameters of other vendors' lists, which mean nothing here. */
const FOREIGN: readonly string[] = ["after", "before", "limit", "order"];
const InlineQuery = z.object({ inline: flag.optional() });

/** Batches: many requests at half the price, answered when nobody else waits. */
export function batchRoutes(batches: Batches): readonly Route[] {
  const group = "Batches";
  // oxfmt-ignore
  return [
    { method: "POST", paths: ["/v1/batch/jobs"], group, summary: "Start a batch from files, or from up to 10,000 requests in the body", body: CreateBatchSchema, handle: createBatch(batches) },
    { method: "GET", paths: ["/v1/batch/jobs"], group, summary: "List the batches, newest first", handle: listBatches(batches) },
    { method: "GET", paths: ["/v1/batch/jobs/:id"], group, summary: "Describe one batch; with `inline=true` its results so far", handle: getBatch(batches) },
    { method: "POST", paths: ["/v1/batch/jobs/:id/cancel"], group, summary: "Stop a batch; what it has answered is kept", handle: async ({ caller, params }) => json(await batches.cancel(caller, idOf(params))) },
    { method: "DELETE", paths: ["/v1/batch/jobs/:id"], group, summary: "Forget a batch that has ended; its files stay", handle: deleteBatch(batches) },
  ];
}

function createBatch(batches: Batches) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(CreateBatchSchema, exchange.body), exchange);
    return { kind: "json", value: await batches.create(exchange.caller, value), ignored };
  };
}

function listBatches(batches: Batches) {
  return async ({ caller, query }: Exchange): Promise<Answer> => {
    const read = readQuery(ListQuery, query);
    const list = await batches.list(caller, {
      page: read.page,
      pageSize: read.page_size,
      model: read.model,
      agentId: read.agent_id,
      statuses: read.status,
      metadata: metadataOf(query, read.metadata),
      createdAfter: read.created_after === undefined ? undefined : new Date(read.created_after),
      createdByMe: read.created_by_me,
      oldestFirst: read.order_by === "created",
    });
    return json(list);
  };
}

function getBatch(batches: Batches) {
  return async ({ caller, params, query }: Exchange): Promise<Answer> =>
    json(await batches.get(caller, idOf(params), readQuery(InlineQuery, query).inline));
}

function deleteBatch(batches: Batches) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    await batches.remove(caller, idOf(params));
    return json({ id: idOf(params), object: "batch", deleted: true });
  };
}

/** Mistral's client spreads `metadata` over the query: what is no parameter of ours is part of it. */
function metadataOf(
  query: Exchange["query"],
  given: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const known = [...Object.keys(ListQuery.shape), ...FOREIGN];
  const spread = Object.entries(query).filter(([name]) => !known.includes(name));
  return given || spread.length > 0 ? { ...Object.fromEntries(spread), ...given } : undefined;
}

const idOf = (params: Exchange["params"]): string => params["id"] ?? "";
const json = (value: unknown): Answer => ({ kind: "json", value });
