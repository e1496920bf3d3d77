import type { ValueContext } from "../values.ts";

/** In training all come up before one comes up again, so that earlier answers do not give later ones away. */
export function turnTaker<T>({ rng, split }: ValueContext, items: readonly T[]): () => T {
  let left: T[] = [];
  return () => {
    if (split === "test") return rng.pick(items);
    if (left.length === 0) left = rng.shuffle(items);
    return left.pop() as T;
  };
}
