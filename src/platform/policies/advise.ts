import type { PolicyAdvice, PolicyRule } from "#protocol";
import { languageOf } from "./user-language.ts";
import type { Language } from "./user-language.ts";

/** Words that leave the decision to the reader; what they could stand for, only the author knows. */
const VAGUE =
  /\b(inappropriate|bad|harmful|sensitive|problematic|unacceptable|offensive stuff|etc|and so on|if needed|be careful|good manners|anything wrong|inapproprié|sensible|déplacé|mauvais|inapropiado|malo|unangemessen|schlecht|heikel|inappropriato|cattivo)\b/iu;
const LEADING =
  /^(please |always |never |we |users |you )?(do not|don't|must not|may not|should not|shall not|never|avoid|no|refuse to|do not allow|don't allow) (to )?(talk about|discuss|answer|answering|help with|give|giving|use|write|mention)?\s*/iu;
const NEGATIONS =
  /\b(no|not|never|don't|without|unless|except|ne|pas|jamais|sauf|kein|keine|nicht|nie|außer|sin|nunca|salvo|non|mai|tranne)\b/giu;
const SUBJECT_BREAKS = /;|\.\s+\S|\b(and also|as well as|and no|and never|et aussi|und auch|y también|e anche)\b/iu;
const LONG_CHARACTERS = 180;

interface Wording {
  about(subject: string): string;
  containing(subject: string): string;
}

/** How a better rule begins, in the language of the rule. */
const WORDINGS: Readonly<Record<Language, Wording>> = {
  en: {
    about: (subject) => `Messages about ${subject}`,
    containing: (subject) => `Messages that ask for or contain ${subject}, such as “…”`,
  },
  fr: {
    about: (subject) => `Messages au sujet de : ${subject}`,
    containing: (subject) => `Messages qui demandent ou contiennent ${subject}, par exemple « … »`,
  },
  es: {
    about: (subject) => `Mensajes sobre ${subject}`,
    containing: (subject) => `Mensajes que piden o contienen ${subject}, por ejemplo «…»`,
  },
  de: {
    about: (subject) => `Nachrichten über ${subject}`,
    containing: (subject) => `Nachrichten, die ${subject} verlangen oder enthalten, etwa „…“`,
  },
  it: {
    about: (subject) => `Messaggi su ${subject}`,
    containing: (subject) => `Messaggi che chiedono o contengono ${subject}, per esempio «…»`,
  },
};

const STOP_WORDS = new Set(
  "a an the of or and to in on for about any anything with by is are be no not do does never questions question advice".split(
    " ",
  ),
);

/** What an author should look at before publishing: simple signs, read off the words; a person decides. */
export function adviseOn(rules: readonly PolicyRule[]): PolicyAdvice[] {
  const alone = rules.flatMap((rule, index) => adviseOnRule(rule, index + 1));
  const pairs = rules.flatMap((rule, index) =>
    rules.slice(index + 1).flatMap((other, offset) => {
      const advice = adviseOnPair({ rule, number: index + 1 }, { rule: other, number: index + offset + 2 });
      return advice ? [advice] : [];
    }),
  );
  return [...alone, ...pairs];
}

interface Placed {
  readonly rule: PolicyRule;
  readonly number: number;
}

function adviseOnRule(rule: PolicyRule, number: number): PolicyAdvice[] {
  const { text } = rule;
  const advice = (kind: PolicyAdvice["kind"], message: string, rewrite: string | null): PolicyAdvice => ({
    rule_id: rule.id,
    number,
    kind,
    message,
    with_number: null,
    rewrite,
  });
  const found: PolicyAdvice[] = [];
  const vague = VAGUE.exec(text)?.[0];
  if (vague !== undefined) {
    const rewrite = concrete(rule, vague);
    found.push(advice("vague", `“${vague}” can mean many things: say which messages you mean.`, rewrite));
  } else if (text.split(/\s+/u).length < 2) {
    found.push(advice("vague", "One word says little: describe the messages that break the rule.", concrete(rule, "")));
  }
  if (SUBJECT_BREAKS.test(text)) {
    const parts = text
      .split(/;|\.\s+|\b(?:and also|as well as|et aussi|und auch|y también|e anche)\b/iu)
      .map((part) => part.trim().replace(/\.$/u, ""))
      .filter((part) => part !== "");
    const message = "This rule has several subjects: a rule each is judged, and refused, more clearly.";
    found.push(advice("several_subjects", message, parts.length > 1 ? parts.join(" | ") : null));
  }
  if (text.length > LONG_CHARACTERS) {
    found.push(advice("too_long", "Models judge short rules better: one sentence of what is meant.", null));
  }
  if ((text.match(NEGATIONS) ?? []).length > 1) {
    const rewrite = describing(text);
    const message =
      "Two negations in one rule are easily read the wrong way round: describe the message that breaks it.";
    found.push(advice("double_negation", message, rewrite === text ? null : rewrite));
  }
  return found;
}

function adviseOnPair(first: Placed, second: Placed): PolicyAdvice | undefined {
  if (first.rule.applies_to !== second.rule.applies_to) return undefined;
  if (likeness(first.rule.text, second.rule.text) < 0.6) return undefined;
  const isSame = first.rule.action === second.rule.action;
  const { rule, number } = second;
  return {
    rule_id: rule.id,
    number,
    kind: isSame ? "duplicate" : "conflict",
    message: isSame
      ? `Rule ${number} says almost the same as rule ${first.number}: the two share one score, so neither may reach its threshold.`
      : `Rules ${first.number} and ${number} mean almost the same but do different things (${first.rule.action}, ${rule.action}).`,
    with_number: first.number,
    rewrite: null,
  };
}

/** A rule reads best as a description of the messages that break it. */
function describing(text: string): string {
  const rest = text.replace(LEADING, "").trim();
  return rest === "" ? text : WORDINGS[languageOf(text)].about(rest.replace(/\.$/u, ""));
}

function concrete({ category, text }: PolicyRule, vague: string): string {
  const subject = text.replace(LEADING, "").replace(vague, "").replaceAll(/\s+/gu, " ").trim().replace(/\.$/u, "");
  const about = subject.split(/\s+/u).length > 1 ? subject : category === "general" ? "…" : category;
  return WORDINGS[languageOf(text)].containing(about);
}

/** Shared words over all words (Jaccard), stop words left out. */
function likeness(a: string, b: string): number {
  const [first, second] = [wordsOf(a), wordsOf(b)];
  const shared = [...first].filter((word) => second.has(word)).length;
  const all = new Set([...first, ...second]).size;
  return all === 0 ? 0 : shared / all;
}

function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return new Set(words.filter((word) => !STOP_WORDS.has(word)));
}
