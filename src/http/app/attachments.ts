import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { extractText } from "#platform";
import { parseInput } from "./parse-input.ts";

const MAX_BYTES = 20_000_000;
/** What one message may carry of a document. */
const MAX_CHARACTERS = 2_000_000;

const attachmentQuery = z.object({ name: z.string().min(1).max(255) });

/** `POST /api/attachments?name=…`: the words of a document, for a message about to be written; nothing is kept. */
export function registerAttachments(app: FastifyInstance): void {
  app.addContentTypeParser(
    "application/octet-stream",
    { parseAs: "buffer", bodyLimit: MAX_BYTES },
    (_request, body, done) => done(null, body),
  );
  app.post("/api/attachments", async (request) => {
    const { name } = parseInput(attachmentQuery, request.query);
    const content = parseInput(z.instanceof(Buffer), request.body);
    const { pages, isPaged } = await extractText(content, name);
    const text = pages.join("\n\n").slice(0, MAX_CHARACTERS);
    return isPaged ? { text, pages: pages.length } : { text };
  });
}
