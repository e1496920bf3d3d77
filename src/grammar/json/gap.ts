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

/** A rule for the gaps of a text. `isSeparator`: whether the gap follows a colon or a comma. */
export interface Gaps {
  /** Whether every gap takes the same whitespace, and none at all too. */
  readonly isLoose: boolean;
  /** Bytes of a colon or a comma with the whitespace that must follow it. */
  readonly separatorBytes: number;
  /** The gap after one more byte; -1 when the byte is no whitespace, or too much of it. */
  widened(gap: Gap, byte: number, isSeparator: boolean): Gap;
  /** Bytes that must still come before the gap may end. */
  missing(gap: Gap, isSeparator: boolean): number;
}

const LINE = 1 << 16;

/** Any whitespace within limits. */
export function looseGaps(limits: Whitespace): Gaps {
  return {
    isLoose: true,
    separatorBytes: 1,
    widened: (gap, byte) => (isSpace(byte) ? widened(gap, byte, limits) : -1),
    missing: () => 0,
  };
}

/** Exactly `spaces` spaces after colons and commas, and none elsewhere, so that nothing about whitespace is left to choose. */
export function fixedGaps(spaces: 0 | 1): Gaps {
  return {
    isLoose: false,
    separatorBytes: 1 + spaces,
    widened: (gap, byte, isSeparator) => (isSeparator && gap < spaces && byte === 0x20 ? gap + 1 : -1),
    missing: (gap, isSeparator) => (isSeparator ? spaces - gap : 0),
  };
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function widened(gap: Gap, byte: number, limits: Whitespace): Gap {
  const isIndent = (byte === 0x20 || byte === 0x09) && gap >= LINE;
  if (isIndent && ((gap >> 8) & 0xff) < limits.maxIndent) return gap + (1 << 8);
  if ((gap & 0xff) >= limits.maxRun) return -1;
  return (byte === 0x0a ? gap | LINE : gap) + 1;
}
