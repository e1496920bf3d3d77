import { z } from "zod";
import { TramontaneError } from "#base";
import type { Files, NewFile } from "#platform";
import { FILE_PURPOSES, FILE_VISIBILITIES, readBody } from "#protocol";
import type { FileObject } from "#protocol";
import { accept } from "../route.ts";
import type { Exchange } from "../route.ts";
import { boundaryOf, readField, readMultipart } from "./multipart.ts";
import type { FormPart } from "./multipart.ts";

const UploadFields = z.object({
  purpose: z.enum(FILE_PURPOSES).default("fine-tune"),
  visibility: z.enum(FILE_VISIBILITIES).default("workspace"),
  /** Hours. */
  expiry: z.coerce.number().int().min(1).max(87_600).optional(),
});

type Received = Awaited<ReturnType<Files["receive"]>>;

/** Reads an upload's form while it arrives: the content goes to disk, the fields may stand before it or after it. */
export async function receiveUpload(files: Files, exchange: Exchange): Promise<FileObject> {
  const boundary = boundaryOf(exchange.headers["content-type"]);
  if (boundary === undefined) {
    throw new TramontaneError("invalid_request", "An upload must be sent as multipart/form-data", {
      hint: "curl -F purpose=batch -F file=@requests.jsonl",
    });
  }
  const fields: Record<string, string> = {};
  let file: { received: Received; filename: string; mimetype: string | undefined } | undefined;
  try {
    for await (const part of readMultipart(exchange.body as AsyncIterable<Uint8Array>, boundary)) {
      if (part.name !== "file") fields[part.name] = await readField(part);
      else if (file) throw refusal("The form has two files; send one at a time");
      else file = await receiveFile(files, exchange, part);
    }
    if (!file) throw refusal("The form has no part named 'file'");
    const { purpose, visibility, expiry } = accept(readBody(UploadFields, fields), exchange).value;
    const about: NewFile = { ...file, purpose, visibility, expiryHours: expiry };
    return await files.keep(exchange.caller, file.received, about);
  } catch (error) {
    if (file) await files.discard(file.received);
    throw asOurs(error);
  }
}

async function receiveFile(files: Files, { caller }: Exchange, part: FormPart) {
  const received = await files.receive(caller, part.content);
  return { received, filename: part.filename ?? "upload", mimetype: part.contentType };
}

function refusal(message: string): TramontaneError {
  return new TramontaneError("invalid_request", message, { field: "file" });
}

/** A connection that breaks while it sends is the client's leaving. */
function asOurs(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (code !== "ECONNRESET" && code !== "ERR_STREAM_PREMATURE_CLOSE") return error;
  return new TramontaneError("cancelled", "The client left before the upload was complete", { cause: error });
}
