import { createHmac, timingSafeEqual } from "node:crypto";

interface Signed {
  /** What the link opens; no two things under one secret have the same. */
  readonly id: string;
  readonly secret: Buffer;
}

/** The query of a link that opens something until an instant: the signature covers both, under the thing's own secret. */
export function signLink(signed: Signed, expiresMs: number): string {
  const expires = String(Math.floor(expiresMs / 1000));
  return `expires=${expires}&signature=${signatureOf(signed, expires).toString("hex")}`;
}

export function verifyLink(
  signed: Signed,
  { expires, signature }: { readonly expires: string; readonly signature: string },
  nowMs: number,
): boolean {
  if (!/^\d{1,12}$/.test(expires) || !/^[0-9a-f]{64}$/.test(signature)) return false;
  const isRight = timingSafeEqual(Buffer.from(signature, "hex"), signatureOf(signed, expires));
  return isRight && Number(expires) * 1000 > nowMs;
}

function signatureOf({ id, secret }: Signed, expires: string): Buffer {
  return createHmac("sha256", secret).update(`${id}\n${expires}`).digest();
}
