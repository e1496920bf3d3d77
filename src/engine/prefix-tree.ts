import { invariant } from "#base";
import { commonPrefixLength, TokenList } from "./token-list.ts";

/** A run of cells: consecutive tokens that all its holders share. */
interface Run {
  tokens: TokenList;
  parent: Run | undefined;
  readonly children: Run[];
  /** Sequences whose path passes through or ends at the end of this run. */
  readonly holders: Set<number>;
}

export interface PrefixMatch {
  /** How many leading tokens are held. */
  readonly length: number;
  /** The sequences that hold them all. */
  readonly holders: ReadonlySet<number>;
}

const NO_MATCH: PrefixMatch = { length: 0, holders: new Set() };

/**
 * A radix tree over the tokens that live sequences hold: which prefixes are computed, by whom, and how many cells that
 * takes. It mirrors the physical cache: a run of cells is one node however many sequences share it, and two runs with
 * equal tokens that were computed apart are two nodes. Every sequence ends at the end of a node, every node has a
 * holder, so nodes number at most twice the sequences and plain scans over children are fast.
 *
 * Roots are kept apart by `space`: states computed under different adapters never match.
 */
export class PrefixTree {
  readonly #roots = new Map<string, Run>();
  /** The node each sequence ends at; a root for empty sequences. */
  readonly #ends = new Map<number, Run>();
  readonly #lengths = new Map<number, number>();
  readonly #spaces = new Map<number, string>();
  #cells = 0;

  /** Distinct cells that all sequences together hold. */
  get cells(): number {
    return this.#cells;
  }

  /** Starts an empty sequence. */
  open(sequence: number, space: string): void {
    invariant(!this.#ends.has(sequence), `sequence ${sequence} is open already`);
    const root = this.#rootOf(space);
    root.holders.add(sequence);
    this.#ends.set(sequence, root);
    this.#lengths.set(sequence, 0);
    this.#spaces.set(sequence, space);
  }

  /** Opens `target` on the first `length` tokens of `source`: the same cells, or with `copy` cells of its own. */
  fork(source: number, target: number, options: { readonly length: number; readonly copy: boolean }): void {
    const path = this.#pathOf(source);
    this.open(target, this.spaceOf(source));
    if (options.copy) {
      this.append(target, this.tokensOf(source).subarray(0, options.length));
      return;
    }
    let left = options.length;
    let end = path[0]!;
    for (const run of path.slice(1)) {
      if (left === 0) break;
      end = left < run.tokens.length ? this.#split(run, left) : run;
      end.holders.add(target);
      left -= end.tokens.length;
    }
    invariant(left === 0, `fork of ${options.length} tokens of ${this.lengthOf(source)}`);
    this.#ends.set(target, end);
    this.#lengths.set(target, options.length);
  }

  append(sequence: number, tokens: Int32Array): void {
    if (tokens.length === 0) return;
    let end = this.#endOf(sequence);
    if (end.parent === undefined || end.holders.size > 1) {
      const run: Run = { tokens: new TokenList(), parent: end, children: [], holders: new Set([sequence]) };
      end.children.push(run);
      this.#ends.set(sequence, run);
      end = run;
    }
    end.tokens.append(tokens);
    this.#cells += tokens.length;
    this.#lengths.set(sequence, this.lengthOf(sequence) + tokens.length);
  }

  /** Forgets the tokens from `length` on. */
  trim(sequence: number, length: number): void {
    while (this.lengthOf(sequence) > length) {
      const run = this.#endOf(sequence);
      const excess = this.lengthOf(sequence) - length;
      if (excess < run.tokens.length) this.#split(run, run.tokens.length - excess);
      this.#leave(sequence, this.#endOf(sequence));
    }
  }

  close(sequence: number): void {
    this.trim(sequence, 0);
    this.#endOf(sequence).holders.delete(sequence);
    this.#ends.delete(sequence);
    this.#lengths.delete(sequence);
    this.#spaces.delete(sequence);
  }

  /** The longest held prefix of `tokens`. */
  match(tokens: Int32Array, space: string): PrefixMatch {
    const root = this.#roots.get(space);
    return root === undefined ? NO_MATCH : this.#matchBelow(root, tokens, 0);
  }

  lengthOf(sequence: number): number {
    const length = this.#lengths.get(sequence);
    invariant(length !== undefined, `sequence ${sequence} is not open`);
    return length;
  }

  tokensOf(sequence: number): Int32Array {
    const tokens = new Int32Array(this.lengthOf(sequence));
    let at = 0;
    for (const run of this.#pathOf(sequence)) {
      tokens.set(run.tokens.view(), at);
      at += run.tokens.length;
    }
    return tokens;
  }

  spaceOf(sequence: number): string {
    return this.#spaces.get(sequence) ?? "";
  }

  /** Distinct cells held by at least one sequence that satisfies `isCounted`. */
  cellsHeldBy(isCounted: (sequence: number) => boolean): number {
    const countBelow = (run: Run): number =>
      run.children
        .filter((child) => [...child.holders].some(isCounted))
        .reduce((sum, child) => sum + child.tokens.length + countBelow(child), 0);
    return [...this.#roots.values()].reduce((sum, root) => sum + countBelow(root), 0);
  }

  /** Throws when the tree contradicts itself. O(nodes × holders): for tests and after a suspicion. */
  checkIntegrity(): void {
    let cells = 0;
    const visit = (run: Run): void => {
      cells += run.tokens.length;
      invariant(run.parent === undefined || run.tokens.length > 0, "a node without tokens");
      invariant(run.parent === undefined || run.holders.size > 0, "a node without holders");
      const through = new Set<number>();
      for (const child of run.children) {
        invariant(child.parent === run, "a child with another parent");
        for (const holder of child.holders) {
          invariant(run.holders.has(holder), `sequence ${holder} holds a node but not its parent`);
          invariant(!through.has(holder), `sequence ${holder} holds two branches`);
          through.add(holder);
        }
        visit(child);
      }
      for (const holder of run.holders) {
        invariant(through.has(holder) || this.#ends.get(holder) === run, `sequence ${holder} ends nowhere`);
      }
    };
    for (const root of this.#roots.values()) visit(root);
    invariant(cells === this.#cells, `${this.#cells} cells counted, ${cells} found`);
    for (const [sequence, length] of this.#lengths) {
      invariant(this.tokensOf(sequence).length === length, `sequence ${sequence} has lost count`);
    }
  }

  #matchBelow(run: Run, tokens: Int32Array, from: number): PrefixMatch {
    let best: PrefixMatch = { length: from, holders: run.holders };
    for (const child of run.children) {
      const common = commonPrefixLength(child.tokens.view(), tokens.subarray(from));
      if (common === 0) continue;
      const whole = common === child.tokens.length;
      const found = whole
        ? this.#matchBelow(child, tokens, from + common)
        : { length: from + common, holders: child.holders };
      if (found.length > best.length) best = found;
      else if (found.length === best.length) best = { ...best, holders: new Set([...best.holders, ...found.holders]) };
    }
    return best;
  }

  /** Cuts a run in two after `length` tokens: a new head takes its place in the tree, the run itself becomes the tail. */
  #split(run: Run, length: number): Run {
    const parent = run.parent;
    invariant(parent !== undefined, "a root has no tokens to split");
    const head: Run = {
      tokens: new TokenList(run.tokens.view(0, length)),
      parent,
      children: [run],
      holders: new Set(run.holders),
    };
    parent.children[parent.children.indexOf(run)] = head;
    run.parent = head;
    run.tokens = new TokenList(run.tokens.view(length));
    return head;
  }

  /** Takes a sequence out of the node it ends at; its parent becomes its end. */
  #leave(sequence: number, run: Run): void {
    const parent = run.parent;
    invariant(parent !== undefined, "a sequence cannot leave its root");
    run.holders.delete(sequence);
    this.#ends.set(sequence, parent);
    this.#lengths.set(sequence, this.lengthOf(sequence) - run.tokens.length);
    if (run.holders.size > 0) return;
    this.#cells -= run.tokens.length;
    parent.children.splice(parent.children.indexOf(run), 1);
  }

  #endOf(sequence: number): Run {
    const end = this.#ends.get(sequence);
    invariant(end !== undefined, `sequence ${sequence} is not open`);
    return end;
  }

  /** Root first. */
  #pathOf(sequence: number): Run[] {
    const path: Run[] = [];
    for (let run: Run | undefined = this.#endOf(sequence); run !== undefined; run = run.parent) path.push(run);
    return path.reverse();
  }

  #rootOf(space: string): Run {
    const root = this.#roots.get(space) ?? {
      tokens: new TokenList(),
      parent: undefined,
      children: [],
      holders: new Set(),
    };
    this.#roots.set(space, root);
    return root;
  }
}
