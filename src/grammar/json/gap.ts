/**
 * How much whitespace may stand between two tokens of JSON. Bounded, because an unbounded gap is where weak models get
 * lost: at most `maxRun` characters, plus `maxIndent` spaces or tabs after a line break.
 */
export interface Whitespace {
  readonly maxRun: number;
  readonly maxIndent: number;
}

/** Progress inside a gap; 0 at its start. */
export type Gap = number;

const LINE = 1 << 16;

/** The gap after one more whitespace byte; -1 when the byte is none, or one too many. */
export function widenGap(gap: Gap, byte: number, limits: Whitespace): Gap {
  if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return -1;
  const isIndent = (byte === 0x20 || byte === 0x09) && gap >= LINE;
  if (isIndent && ((gap >> 8) & 0xff) < limits.maxIndent) return gap + (1 << 8);
  if ((gap & 0xff) >= limits.maxRun) return -1;
  return (byte === 0x0a ? gap | LINE : gap) + 1;
}
