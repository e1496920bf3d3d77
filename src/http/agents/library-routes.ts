import { z } from "zod";
import type { DocumentLinks, Libraries, LibrarySharing, LinkKind } from "#platform";
import {
  CreateLibrarySchema,
  readBody,
  ShareLibrarySchema,
  UnshareLibrarySchema,
  UpdateDocumentSchema,
  UpdateLibrarySchema,
} from "#protocol";
import { fileAnswer, originOf } from "../files/file-answer.ts";
import { readForm } from "../files/read-form.ts";
import { PageQuery, readQuery } from "../read-query.ts";
import { accept, NO_CONTENT } from "../route.ts";
import type { Answer, Exchange, Route } from "../route.ts";

const DocumentsQuery = z.object({
  ...PageQuery,
  search: z.string().max(255).optional(),
  sort_order: z.enum(["asc", "desc"]).default("desc"),
});

const LinkQuery = z.object({ kind: z.enum(["file", "text"]), expires: z.string(), signature: z.string() });

export interface LibraryParts {
  readonly libraries: Libraries;
  readonly sharing: LibrarySharing;
  readonly links: DocumentLinks;
}

/** Document libraries: what conversations look things up in. */
export function libraryRoutes({ libraries, sharing, links }: LibraryParts): readonly Route[] {
  const group = "Libraries";
  const one = "/v1/libraries/:id";
  const document = `${one}/documents/:document`;
  const update = updateLibrary(libraries);
  const updateDocument = changeDocument(libraries);
  // oxfmt-ignore
  return [
    { method: "POST", paths: ["/v1/libraries"], group, summary: "Make a library", body: CreateLibrarySchema, handle: createLibrary(libraries) },
    { method: "GET", paths: ["/v1/libraries"], group, summary: "List the libraries, newest first", handle: listLibraries(libraries) },
    { method: "GET", paths: [one], group, summary: "Describe a library", handle: async ({ caller, params }) => json(await libraries.get(caller, idOf(params))) },
    { method: "PUT", paths: [one], group, summary: "Rename or describe a library", body: UpdateLibrarySchema, handle: update },
    { method: "PATCH", paths: [one], group, summary: "Rename or describe a library", body: UpdateLibrarySchema, handle: update },
    { method: "DELETE", paths: [one], group, summary: "Delete a library with its documents", handle: async ({ caller, params }) => json(await libraries.remove(caller, idOf(params))) },
    { method: "POST", paths: [`${one}/documents`], group, summary: "Upload a document of up to 64 MB as multipart/form-data with the part `file`: text, Markdown, HTML, PDF or DOCX", handle: uploadDocument(libraries) },
    { method: "GET", paths: [`${one}/documents`], group, summary: "List a library's documents", handle: listDocuments(libraries) },
    { method: "GET", paths: [document], group, summary: "Describe a document", handle: async ({ caller, params }) => json(await libraries.document(caller, idOf(params), documentOf(params))) },
    { method: "PUT", paths: [document], group, summary: "Rename a document or set its attributes", body: UpdateDocumentSchema, handle: updateDocument },
    { method: "PATCH", paths: [document], group, summary: "Rename a document or set its attributes", body: UpdateDocumentSchema, handle: updateDocument },
    { method: "DELETE", paths: [document], group, summary: "Delete a document", handle: deleteDocument(libraries) },
    { method: "GET", paths: [`${document}/status`], group, summary: "Whether a document has been read", handle: documentStatus(libraries) },
    { method: "GET", paths: [`${document}/text_content`], group, summary: "What was read of a document", handle: async ({ caller, params }) => json({ text: await libraries.text(caller, idOf(params), documentOf(params)) }) },
    { method: "POST", paths: [`${document}/reprocess`], group, summary: "Read and embed a document anew", handle: reprocess(libraries) },
    { method: "GET", paths: [`${document}/signed-url`], group, summary: "Make a link that opens the document to whoever has it, for half an hour", handle: makeLink(links, "file") },
    { method: "GET", paths: [`${document}/extracted-text-signed-url`], group, summary: "Make a link that opens what was read of the document, for half an hour", handle: makeLink(links, "text") },
    { method: "GET", paths: [`${document}/signed`], group, summary: "Download a document by a link that was made for it", isPublic: true, handle: openLink(links) },
    { method: "GET", paths: [`${one}/share`], group, summary: "List who has a library", handle: async ({ caller, params }) => json({ data: await sharing.list(caller, idOf(params)) }) },
    { method: "PUT", paths: [`${one}/share`], group, summary: "Share a library with a member, a workspace or the organization", body: ShareLibrarySchema, handle: share(sharing) },
    { method: "DELETE", paths: [`${one}/share`], group, summary: "Share a library no longer", body: UnshareLibrarySchema, handle: unshare(sharing) },
  ];
}

function makeLink(links: DocumentLinks, kind: LinkKind) {
  return async ({ caller, params, headers }: Exchange): Promise<Answer> => {
    const path = await links.make(caller, { libraryId: idOf(params), id: documentOf(params) }, kind);
    return json(`${originOf(headers)}${path}`);
  };
}

function openLink(links: DocumentLinks) {
  return async ({ params, query }: Exchange): Promise<Answer> =>
    fileAnswer(await links.open(documentOf(params), readQuery(LinkQuery, query)));
}

function share(sharing: LibrarySharing) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(ShareLibrarySchema, exchange.body), exchange);
    return { kind: "json", value: await sharing.put(exchange.caller, idOf(exchange.params), value), ignored };
  };
}

function unshare(sharing: LibrarySharing) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(UnshareLibrarySchema, exchange.body), exchange);
    return { kind: "json", value: await sharing.remove(exchange.caller, idOf(exchange.params), value), ignored };
  };
}

function createLibrary(libraries: Libraries) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(CreateLibrarySchema, exchange.body), exchange);
    return { kind: "json", status: 201, value: await libraries.create(exchange.caller, value), ignored };
  };
}

function listLibraries(libraries: Libraries) {
  return async ({ caller, query }: Exchange): Promise<Answer> => {
    const { page, page_size: size } = readQuery(z.object(PageQuery), query);
    const all = await libraries.list(caller);
    return json({
      object: "list",
      data: all.slice(page * size, (page + 1) * size),
      pagination: pagination(all.length, page, size),
    });
  };
}

function updateLibrary(libraries: Libraries) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value, ignored } = accept(readBody(UpdateLibrarySchema, exchange.body), exchange);
    return { kind: "json", value: await libraries.update(exchange.caller, idOf(exchange.params), value), ignored };
  };
}

function uploadDocument(libraries: Libraries) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { caller, params } = exchange;
    const value = await readForm(exchange, {
      receive: async (part) => ({
        received: await libraries.receive(caller, idOf(params), part.content),
        name: part.filename ?? "upload",
        mimetype: part.contentType,
      }),
      keep: async (document) => await libraries.keep(caller, idOf(params), document),
      discard: async ({ received }) => await libraries.discard(received),
    });
    return { kind: "json", status: 201, value };
  };
}

function listDocuments(libraries: Libraries) {
  return async ({ caller, params, query }: Exchange): Promise<Answer> => {
    const { page, page_size: pageSize, search, sort_order: order } = readQuery(DocumentsQuery, query);
    const wish = { page, pageSize, search, oldestFirst: order === "asc" };
    const { data, total } = await libraries.documents(caller, idOf(params), wish);
    return json({ object: "list", pagination: pagination(total, page, pageSize), data });
  };
}

function changeDocument(libraries: Libraries) {
  return async (exchange: Exchange): Promise<Answer> => {
    const { value } = accept(readBody(UpdateDocumentSchema, exchange.body), exchange);
    const change = { ...value, id: documentOf(exchange.params) };
    return json(await libraries.updateDocument(exchange.caller, idOf(exchange.params), change));
  };
}

function deleteDocument(libraries: Libraries) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    await libraries.removeDocument(caller, idOf(params), documentOf(params));
    return NO_CONTENT;
  };
}

function documentStatus(libraries: Libraries) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    const found = await libraries.document(caller, idOf(params), documentOf(params));
    const { id, process_status, processing_status, error } = found;
    return json({ document_id: id, process_status, processing_status, error });
  };
}

function reprocess(libraries: Libraries) {
  return async ({ caller, params }: Exchange): Promise<Answer> => {
    await libraries.reprocess(caller, idOf(params), documentOf(params));
    return NO_CONTENT;
  };
}

function pagination(total: number, page: number, size: number): object {
  const pages = Math.ceil(total / size);
  return { total_items: total, total_pages: pages, current_page: page, page_size: size, has_more: page + 1 < pages };
}

const idOf = (params: Exchange["params"]): string => params["id"] ?? "";
const documentOf = (params: Exchange["params"]): string => params["document"] ?? "";
const json = (value: unknown): Answer => ({ kind: "json", value });
