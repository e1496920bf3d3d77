import { TramontaneError } from "#base";
import type { Exchange } from "../route.ts";
import { boundaryOf, readField, readMultipart } from "./multipart.ts";
import type { FormPart } from "./multipart.ts";

/** What becomes of an upload's file, while it arrives and after it has. */
export interface FormReader<File, Result> {
  receive(part: FormPart): Promise<File>;
  /** Called once, when the whole form has arrived. */
  keep(file: File, fields: Readonly<Record<string, string>>): Promise<Result>;
  /** Called instead, or after `keep` failed. */
  discard(file: File): Promise<void>;
}

/** Reads an upload's form while it arrives: the content goes to disk, the fields may stand before it or after it. */
export async function readForm<File, Result>(exchange: Exchange, reader: FormReader<File, Result>): Promise<Result> {
  const boundary = boundaryOf(exchange.headers["content-type"]);
  if (boundary === undefined) {
    throw new TramontaneError("invalid_request", "An upload must be sent as multipart/form-data", {
      hint: "curl -F purpose=batch -F file=@requests.jsonl",
    });
  }
  const fields: Record<string, string> = {};
  let file: { readonly value: File } | undefined;
  try {
    for await (const part of readMultipart(exchange.body as AsyncIterable<Uint8Array>, boundary)) {
      if (part.name !== "file") fields[part.name] = await readField(part);
      else if (file) throw refusal("The form has two files; send one at a time");
      else file = { value: await reader.receive(part) };
    }
    if (!file) throw refusal("The form has no part named 'file'");
    return await reader.keep(file.value, fields);
  } catch (error) {
    if (file) await reader.discard(file.value);
    throw asOurs(error);
  }
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
