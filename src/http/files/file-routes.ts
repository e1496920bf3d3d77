import { z } from "zod";
import type { Files } from "#platform";
import { FILE_PURPOSES } from "#protocol";
import { flag, PageQuery, readQuery, repeated } from "../read-query.ts";
import type { Answer, Exchange, Route } from "../route.ts";
import { fileAnswer, originOf } from "./file-answer.ts";
import { receiveUpload } from "./receive-upload.ts";

const ListQuery = z.object({
  ...PageQuery,
  include_total: flag.default(true),
  purpose: z.enum(FILE_PURPOSES).optional(),
  sample_type: repeated(z.string()),
  source: repeated(z.string()),
  mimetypes: repeated(z.string()),
  search: z.string().max(255).optional(),
});
const LinkQuery = z.object({ expiry: z.coerce.number().int().min(1).max(168).default(24) });
const SignedQuery = z.object({ expires: z.string(), signature: z.string() });

/** Files: what batches read and write. */
export function fileRoutes(files: Files): readonly Route[] {
  const group = "Files";
  // oxfmt-ignore
  return [
    { method: "POST", paths: ["/v1/files", "/openai/v1/files"], group, summary: "Upload a file of up to 512 MB, as multipart/form-data with the parts `file`, `purpose` (fine-tune, batch, ocr), `visibility` and `expiry` (hours)", handle: async (exchange) => json(await receiveUpload(files, exchange)) },
    { method: "GET", paths: ["/v1/files", "/openai/v1/files"], group, summary: "List the files, newest first", handle: listFiles(files) },
    { method: "GET", paths: ["/v1/files/:id", "/openai/v1/files/:id"], group, summary: "Describe one file", handle: async ({ caller, params }) => json({ ...(await files.get(caller, idOf(params))), deleted: false }) },
    { method: "DELETE", paths: ["/v1/files/:id", "/openai/v1/files/:id"], group, summary: "Delete a file for good", handle: deleteFile(files) },
    { method: "GET", paths: ["/v1/files/:id/content", "/openai/v1/files/:id/content"], group, summary: "Download a file", handle: async ({ caller, params }) => fileAnswer(await files.read(caller, idOf(params))) },
    { method: "GET", paths: ["/v1/files/:id/url"], group, summary: "Make a link that opens the file to whoever has it, for `expiry` hours (1 to 168, normally 24)", handle: linkFile(files) },
    { method: "GET", paths: ["/v1/files/:id/signed"], group, summary: "Download a file by a link that was made for it", isPublic: true, handle: openLink(files) },
  ];
}

function listFiles(files: Files) {
  return async ({ caller, query }: Exchange): Promise<Answer> => {
    const { page, page_size: pageSize, include_total: includeTotal, ...rest } = readQuery(ListQuery, query);
    const { purpose, sample_type: sampleTypes, source: sources, mimetypes, search } = rest;
    const filter = { purpose, sampleTypes, sources, mimetypes, search };
    return json(await files.list(caller, { page, pageSize, includeTotal, ...filter }));
  };
}

function deleteFile(files: Files) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    await files.remove(caller, idOf(params));
    return json({ id: idOf(params), object: "file", deleted: true });
  };
}

function linkFile(files: Files) {
  return async ({ caller, params, query, headers }: Exchange): Promise<Answer> => {
    const path = await files.link(caller, idOf(params), readQuery(LinkQuery, query).expiry);
    return json({ url: `${originOf(headers)}${path}` });
  };
}

function openLink(files: Files) {
  return async ({ params, query }: Exchange): Promise<Answer> =>
    fileAnswer(await files.readLink(idOf(params), readQuery(SignedQuery, query)));
}

const idOf = (params: Exchange["params"]): string => params["id"] ?? "";
const json = (value: unknown): Answer => ({ kind: "json", value });
