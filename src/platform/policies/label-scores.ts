/** A token that could come next. */
export interface Candidate {
  readonly token: number;
  readonly bytes: Uint8Array;
  /** Natural logarithm, under the model's own distribution. */
  readonly logprob: number;
}

/** One step of an answer: the token that was drawn first, then the likeliest. */
export type Step = readonly Candidate[];

/** Has a model answer with one of these labels, a space before it allowed; gives the steps as they come. */
export type AskLabels = (labels: readonly string[]) => AsyncIterable<Step>;

/** Branches with a smaller share than this are divided evenly instead of being asked about. */
const WORTH_ASKING = 0.02;

/** Labels that begin alike, the tokens of that beginning, and their probability. */
interface Fork {
  readonly heirs: readonly string[];
  readonly tokens: readonly number[];
  readonly text: string;
  readonly probability: number;
}

/**
 * The probability of each label as the whole answer, adding up to 1. The tokens of a label are the tokenizer's business:
 * where several labels begin with the same token (`1` and `10`, or the space before either), that branch is followed, and
 * asked about once more when it was not the one drawn.
 */
export async function scoreLabels(labels: readonly string[], ask: AskLabels): Promise<ReadonlyMap<string, number>> {
  const masses = new Map<string, number>(labels.map((label) => [label, 0]));
  let forks = await walk(masses, { heirs: labels, tokens: [], text: "", probability: 1 }, ask(labels));
  // Every round follows longer beginnings, so this ends.
  while (forks.length > 0) {
    const total = sum(masses.values()) + sum(forks.map(({ probability }) => probability));
    const next: Fork[] = [];
    for (const fork of forks) {
      // A label that another token leads to would only draw the answer there again.
      const asked = fork.heirs.filter((label) => label !== fork.text && masses.get(label) === 0);
      // All longer ones have tokens of their own: whoever wrote this beginning meant it to be the whole.
      if (asked.length === 0 && fork.heirs.includes(fork.text)) {
        add(masses, fork.text, fork.probability);
        continue;
      }
      const isWorthIt = asked.length > 0 && fork.probability >= WORTH_ASKING * total;
      const found = isWorthIt ? await walk(masses, fork, ask(asked)) : [fork];
      for (const again of found) {
        if (again.tokens.length > fork.tokens.length) next.push(again);
        else for (const label of again.heirs) add(masses, label, again.probability / again.heirs.length);
      }
    }
    forks = next;
  }
  const total = sum(masses.values());
  return new Map([...masses].map(([label, mass]) => [label, total === 0 ? 0 : mass / total]));
}

/**
 * Follows one answer from the fork on to the point where only one label can come of it. Returns the branches it did not
 * follow; the fork itself when the answer went elsewhere or ended there.
 */
async function walk(masses: Map<string, number>, fork: Fork, steps: AsyncIterable<Step>): Promise<readonly Fork[]> {
  const forks: Fork[] = [];
  let path: Path = { ...fork, bytes: Buffer.alloc(0) };
  let depth = 0;
  for await (const step of steps) {
    const [drawn] = step;
    if (depth < fork.tokens.length) {
      if (drawn === undefined || drawn.token !== fork.tokens[depth++]) return [fork];
      path = { ...path, bytes: Buffer.concat([path.bytes, drawn.bytes]) };
      continue;
    }
    const found = branchesOf(step, path);
    for (const branch of found) if (branch.heirs.length === 1) add(masses, branch.heirs[0]!, branch.probability);
    // What does not go on ends here, where a label is complete.
    const continuing = sum(found.map(({ probability }) => probability));
    if (path.heirs.includes(path.text)) add(masses, path.text, Math.max(0, path.probability - continuing));
    const followed = found.find(({ tokens }) => tokens.at(-1) === drawn?.token);
    forks.push(...found.filter((branch) => branch.heirs.length > 1 && branch !== followed));
    if (followed === undefined || followed.heirs.length === 1) return forks;
    path = followed;
  }
  // The answer ended at a label that is the beginning of others.
  return path.text === "" ? forks : [...forks, path];
}

type Path = Fork & { readonly bytes: Buffer };

/** The tokens that lead on to a label, the drawn one first. */
function branchesOf(step: Step, path: Path): readonly Path[] {
  const seen = new Set<number>();
  return step.flatMap(({ token, bytes: added, logprob }) => {
    // An empty token, such as the one that ends the answer, leads nowhere.
    if (seen.has(token) || added.length === 0) return [];
    seen.add(token);
    const bytes = Buffer.concat([path.bytes, added]);
    const text = bytes.toString("utf8").trimStart();
    const heirs = path.heirs.filter((label) => label.startsWith(text));
    if (heirs.length === 0) return [];
    const probability = path.probability * Math.exp(logprob);
    return [{ heirs, tokens: [...path.tokens, token], text, probability, bytes }];
  });
}

function add(masses: Map<string, number>, label: string, mass: number): void {
  masses.set(label, (masses.get(label) ?? 0) + mass);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
