import type { Rng } from "./random.ts";
import type { Tokens } from "./render.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Copying in its purest form: random pieces of the whole vocabulary, to be repeated or looked up.
 * It teaches every piece, the rare ones too, to be copied, which real words do too seldom.
 */
export function drill(rng: Rng, tokenizer: Tokenizer, words: readonly number[]): Tokens {
  const text = (value: string): number[] => tokenizer.encode(value, false);
  const span = (most: number): number[] => Array.from({ length: rng.int(1, most) }, () => rng.pick(words));
  const prompt: number[] = [];
  const answer: number[] = [...text(" ")];
  if (rng.chance(0.3)) {
    const items = span(rng.pick([8, 24, 48]));
    prompt.push(...items);
    answer.push(...items);
  } else {
    const [join, end] = [
      text(rng.pick([": ", " = ", " is ", ' "', " -> "])),
      text(rng.pick(["\n", ", ", "; ", ". ", '", "'])),
    ];
    const rows = Array.from({ length: rng.int(2, 8) }, () => ({ key: span(3), value: span(5) }));
    const asked = rng.sample(rows, rng.int(1, rows.length));
    for (const row of rows) prompt.push(...row.key, ...join, ...row.value, ...end);
    const withKeys = rng.chance(0.6);
    if (!withKeys) for (const row of asked) prompt.push(...row.key, ...text("? "));
    for (const row of asked) answer.push(...(withKeys ? [...row.key, ...join] : []), ...row.value, ...end);
  }
  const [begin, open, close, end] = (["<s>", "[INST]", "[/INST]", "</s>"] as const).map((name) =>
    tokenizer.control(name),
  );
  const ids = [begin!, open!, ...text(" "), ...prompt, close!, ...answer, end!];
  const learnt = answer.length + 1;
  return { ids, mask: ids.map((_, i) => (i >= ids.length - learnt ? 1 : 0)) };
}
