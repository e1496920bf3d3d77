import fc from "fast-check";
import { expect, test } from "vitest";
import { PrefixTree } from "./prefix-tree.ts";
import { commonPrefixLength } from "./token-list.ts";

/** The same tree without structure: what each open sequence holds, and which cells. */
class NaiveTree {
  readonly sequences = new Map<number, { space: string; tokens: number[]; cells: number[] }>();
  #nextCell = 0;

  fork(source: number, target: number, length: number, copy: boolean): void {
    const { space, tokens, cells } = this.sequences.get(source)!;
    const shared = copy ? tokens.slice(0, length).map(() => this.#nextCell++) : cells.slice(0, length);
    this.sequences.set(target, { space, tokens: tokens.slice(0, length), cells: shared });
  }

  append(sequence: number, tokens: number[]): void {
    const held = this.sequences.get(sequence)!;
    for (const token of tokens) {
      held.tokens.push(token);
      held.cells.push(this.#nextCell++);
    }
  }

  cells(isCounted: (sequence: number) => boolean): number {
    return new Set([...this.sequences].flatMap(([id, { cells }]) => (isCounted(id) ? cells : []))).size;
  }

  match(tokens: number[], space: string): { length: number; holders: number[] } {
    const lengths = [...this.sequences].map(([id, held]) => ({
      id,
      length: held.space === space ? commonPrefixLength(Int32Array.from(tokens), Int32Array.from(held.tokens)) : 0,
    }));
    const length = Math.max(0, ...lengths.map((candidate) => candidate.length));
    return { length, holders: lengths.filter((candidate) => candidate.length === length).map(({ id }) => id) };
  }
}

const ids = fc.nat(5);
const tokens = fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 6 });
const actions = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("open" as const), id: ids, space: fc.constantFrom("", "formal") }),
    fc.record({ do: fc.constant("append" as const), id: ids, tokens }),
    fc.record({
      do: fc.constant("fork" as const),
      id: ids,
      target: ids,
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      copy: fc.boolean(),
    }),
    fc.record({ do: fc.constant("trim" as const), id: ids, part: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ do: fc.constant("close" as const), id: ids }),
  ),
  { maxLength: 40 },
);

const ascending = (a: number, b: number): number => a - b;

test("any history leaves the tree equal to a plain list of what each sequence holds", () => {
  fc.assert(
    fc.property(actions, tokens, (history, wanted) => {
      const tree = new PrefixTree();
      const naive = new NaiveTree();
      for (const action of history) {
        const isOpen = naive.sequences.has(action.id);
        if (action.do === "open" ? isOpen : !isOpen) continue;
        const length = naive.sequences.get(action.id)?.tokens.length ?? 0;
        if (action.do === "open") {
          tree.open(action.id, action.space);
          naive.sequences.set(action.id, { space: action.space, tokens: [], cells: [] });
        } else if (action.do === "append") {
          tree.append(action.id, Int32Array.from(action.tokens));
          naive.append(action.id, action.tokens);
        } else if (action.do === "fork") {
          if (naive.sequences.has(action.target)) continue;
          const part = Math.floor(action.part * length);
          tree.fork(action.id, action.target, { length: part, copy: action.copy });
          naive.fork(action.id, action.target, part, action.copy);
        } else if (action.do === "trim") {
          const part = Math.floor(action.part * length);
          tree.trim(action.id, part);
          const held = naive.sequences.get(action.id)!;
          held.tokens.length = held.cells.length = part;
        } else {
          tree.close(action.id);
          naive.sequences.delete(action.id);
        }
        tree.checkIntegrity();
        expect(tree.cells).toBe(naive.cells(() => true));
        expect(tree.cellsHeldBy((id) => id % 2 === 0)).toBe(naive.cells((id) => id % 2 === 0));
        for (const [id, held] of naive.sequences) expect([...tree.tokensOf(id)]).toEqual(held.tokens);
        for (const space of ["", "formal"]) {
          const { length: found, holders } = tree.match(Int32Array.from(wanted), space);
          const truth = naive.match(wanted, space);
          expect(found).toBe(truth.length);
          if (found > 0) expect([...holders].toSorted(ascending)).toEqual(truth.holders.toSorted(ascending));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
