import { createHmac, timingSafeEqual } from "node:crypto";

interface Signed {
  readonly id: string;
  readonly secret: Buffer;
}

/** A path that opens a file until an instant: the signature covers both, under the file's own secret. */
export function signLink(file: Signed, expiresMs: number): string {
  const expires = String(Math.floor(expiresMs / 1000));
  return `/v1/files/${file.id}/signed?expires=${expires}&signature=${signatureOf(file, expires).toString("hex")}`;
}

export function verifyLink(
  file: Signed,
  { expires, signature }: { readonly expires: string; readonly signature: string },
  nowMs: number,
): boolean {
  if (!/^\d{1,12}$/.test(expires) || !/^[0-9a-f]{64}$/.test(signature)) return false;
  const isRight = timingSafeEqual(Buffer.from(signature, "hex"), signatureOf(file, expires));
  return isRight && Number(expires) * 1000 > nowMs;
}

function signatureOf({ id, secret }: Signed, expires: string): Buffer {
  return createHmac("sha256", secret).update(`${id}\n${expires}`).digest();
}
