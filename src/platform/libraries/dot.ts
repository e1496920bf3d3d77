/** Of `a` and as many numbers of `b` from `at` on: how close two vectors of length one are. */
export function dot(a: Float32Array, b: Float32Array, at = 0): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index]! * b[at + index]!;
  return sum;
}
