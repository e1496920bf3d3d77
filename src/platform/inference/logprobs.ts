import type { TokenLogprob } from "#engine";
import type { WireTokenLogprob } from "#protocol";

const SPACE = 0x20;

/** The same tokens, the first one without the space it begins with. */
export function withoutFirstSpace(logprobs: readonly TokenLogprob[]): readonly TokenLogprob[] {
  const cut = <T extends { readonly bytes: Uint8Array }>(token: T): T =>
    token.bytes[0] === SPACE ? { ...token, bytes: token.bytes.subarray(1) } : token;
  return logprobs.map((told, index) => (index === 0 ? { ...cut(told), top: told.top.map(cut) } : told));
}

export function translateLogprob({ bytes, logprob, top }: TokenLogprob): WireTokenLogprob {
  return {
    ...describeToken(bytes, logprob),
    top_logprobs: top.map((alternative) => describeToken(alternative.bytes, alternative.logprob)),
  };
}

function describeToken(bytes: Uint8Array, logprob: number): Omit<WireTokenLogprob, "top_logprobs"> {
  // JSON has no minus infinity; the lowest finite number stands for "impossible", as OpenAI's -9999 does.
  return { token: Buffer.from(bytes).toString("utf8"), logprob: Math.max(logprob, -9999), bytes: [...bytes] };
}
