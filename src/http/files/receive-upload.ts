import { z } from "zod";
import type { Files } from "#platform";
import { FILE_PURPOSES, FILE_VISIBILITIES, readBody } from "#protocol";
import type { FileObject } from "#protocol";
import { accept } from "../route.ts";
import type { Exchange } from "../route.ts";
import { readForm } from "./read-form.ts";

const UploadFields = z.object({
  purpose: z.enum(FILE_PURPOSES).default("fine-tune"),
  visibility: z.enum(FILE_VISIBILITIES).default("workspace"),
  /** Hours. */
  expiry: z.coerce.number().int().min(1).max(87_600).optional(),
});

/** Takes an upload and what its form says of it. */
export async function receiveUpload(files: Files, exchange: Exchange): Promise<FileObject> {
  const { caller } = exchange;
  return await readForm(exchange, {
    receive: async (part) => ({
      received: await files.receive(caller, part.content),
      filename: part.filename ?? "upload",
      mimetype: part.contentType,
    }),
    keep: async ({ received, ...named }, fields) => {
      const { expiry: expiryHours, ...rest } = accept(readBody(UploadFields, fields), exchange).value;
      return await files.keep(caller, received, { ...named, ...rest, expiryHours });
    },
    discard: async ({ received }) => await files.discard(received),
  });
}
