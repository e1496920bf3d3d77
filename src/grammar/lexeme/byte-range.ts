/** Bytes from `first` to `last`, as `first << 8 | last`. */
export type ByteRange = number;

export const ALL_BYTES: ByteRange = 0xff;

export function byteRange(first: number, last: number): ByteRange {
  return (first << 8) | last;
}

/** The bytes in both of two ranges that overlap. */
export function overlap(a: ByteRange, b: ByteRange): ByteRange {
  return (Math.max(a >> 8, b >> 8) << 8) | Math.min(a & 0xff, b & 0xff);
}

/** For every byte: itself where it is one of `marks`, and otherwise the range around it that holds none of them. */
export function rangesBetween(marks: string): readonly ByteRange[] {
  const isMark = (byte: number): boolean => marks.includes(String.fromCharCode(byte));
  return Array.from({ length: 256 }, (_, byte) => {
    let [first, last] = [byte, byte];
    if (isMark(byte)) return byteRange(byte, byte);
    while (first > 0 && !isMark(first - 1)) first--;
    while (last < 255 && !isMark(last + 1)) last++;
    return byteRange(first, last);
  });
}
