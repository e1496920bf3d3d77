import type { Vocabulary } from "../backend.ts";

const NAMED = [
  "<unk>",
  "<s>",
  "</s>",
  "[INST]",
  "[/INST]",
  "[AVAILABLE_TOOLS]",
  "[/AVAILABLE_TOOLS]",
  "[TOOL_RESULTS]",
  "[/TOOL_RESULTS]",
  "[TOOL_CALLS]",
  "[PREFIX]",
  "[MIDDLE]",
  "[SUFFIX]",
  "[SYSTEM_PROMPT]",
  "[/SYSTEM_PROMPT]",
  "[TOOL_CONTENT]",
  "[ARGS]",
  "[CALL_ID]",
  "[THINK]",
  "[/THINK]",
  "<|im_start|>",
  "<|im_end|>",
];

/** Words the toy likes to say; each is one token with its leading space. */
export const WORDS = (
  "a all and as at bird boat bright by calls calm cloud cold dawn day deep does down each evening every far fast field fire for " +
  "from garden gold grass green grows hand harbour high hill home house in into is island it its keeps lamp land leaf " +
  "light long low mist moon morning mountain moves near new night north not of old on one open out over path quiet rain red " +
  "river road rock roof rose sail salt sand sea ship shore silver sings sky slow small snow soft song south spring star still " +
  "stone storm street summer sun sweet tall that the they thin this through tide to tree turns under valley voice walks wall " +
  "warm water wave we west white wide wild wind window winter with wood word yellow young"
).split(" ");

export const FIRST_BYTE = 32;
export const FIRST_WORD = FIRST_BYTE + 256;

const CONTROLS: readonly string[] = Array.from(
  { length: FIRST_BYTE },
  (_, token) => NAMED[token] ?? `<reserved_${token}>`,
);

const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);

/** All control tokens of Mistral's and ChatML's templates, the 256 bytes, and some English words. */
export class ToyVocabulary implements Vocabulary {
  readonly size = FIRST_WORD + WORDS.length;
  readonly beginOfSequence = CONTROLS.indexOf("<s>");
  readonly endOfSequence = CONTROLS.indexOf("</s>");
  readonly addsBeginOfSequence = true;
  readonly #bytes: readonly Uint8Array[];
  readonly #words = new Map<string, number>();

  constructor() {
    WORDS.forEach((word, index) => this.#words.set(` ${word}`, FIRST_WORD + index));
    this.#bytes = Array.from({ length: this.size }, (_, token) => {
      if (token < FIRST_BYTE) return EMPTY;
      if (token < FIRST_WORD) return Uint8Array.of(token - FIRST_BYTE);
      return encoder.encode(` ${WORDS[token - FIRST_WORD]}`);
    });
  }

  tokenBytes(token: number): Uint8Array {
    return this.#bytes[token] ?? EMPTY;
  }

  controlText(token: number): string | undefined {
    return CONTROLS[token];
  }

  controlToken(text: string): number | undefined {
    const token = CONTROLS.indexOf(text);
    return token < 0 ? undefined : token;
  }

  isEndOfGeneration(token: number): boolean {
    return token === this.endOfSequence || CONTROLS[token] === "<|im_end|>";
  }

  /** Known words whole, everything else byte by byte. The toy has no dummy space. */
  tokenize(text: string): Int32Array {
    const tokens: number[] = [];
    for (const piece of text.match(/ ?[a-z]+|[^a-z ]+| /gs) ?? []) {
      const word = this.#words.get(piece);
      if (word !== undefined) tokens.push(word);
      else for (const byte of encoder.encode(piece)) tokens.push(FIRST_BYTE + byte);
    }
    return Int32Array.from(tokens);
  }
}
