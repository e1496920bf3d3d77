/** Every wording of a phrase in which `(a/b)` stands for a choice: "(buy/sell) it (now/today)" makes four. */
export function alternatives(phrase: string): string[] {
  const choice = /\(([^()]*\/[^()]*)\)/.exec(phrase);
  if (!choice) return [phrase];
  const [before, after] = [phrase.slice(0, choice.index), phrase.slice(choice.index + choice[0].length)];
  return choice[1]!.split("/").flatMap((word) => alternatives(before + word + after));
}
