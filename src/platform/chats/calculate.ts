const FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  sqrt: Math.sqrt,
  abs: Math.abs,
  round: Math.round,
  floor: Math.floor,
  ceil: Math.ceil,
  ln: Math.log,
  log: Math.log10,
  exp: Math.exp,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
};
const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };
const WORD = /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([a-z]+)|([-+*/%^()]))/iy;
const MAX_LENGTH = 500;

/**
 * The value of an arithmetic expression: + - * / % ^, parentheses, a few functions and constants. Throws an error that says
 * what was not understood, or that the result is no number.
 */
export function calculate(expression: string): number {
  if (expression.length > MAX_LENGTH) throw new Error(`The expression is longer than ${MAX_LENGTH} characters.`);
  const words = split(expression);
  const value = sum(words);
  if (words.at !== words.list.length) throw new Error(`Did not expect ${JSON.stringify(words.list[words.at])}.`);
  if (!Number.isFinite(value)) throw new Error("The result is not a number (division by zero, or too large).");
  return Number(value.toPrecision(15));
}

interface Words {
  readonly list: readonly string[];
  at: number;
}

function split(expression: string): Words {
  const list: string[] = [];
  const text = expression.replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-").replaceAll("**", "^").trim();
  WORD.lastIndex = 0;
  for (let at = 0; at < text.length; at = WORD.lastIndex) {
    WORD.lastIndex = at;
    const match = WORD.exec(text);
    if (!match) throw new Error(`Did not understand ${JSON.stringify(text.slice(at, at + 20))}.`);
    list.push(match[0].trim().toLowerCase());
  }
  return { list, at: 0 };
}

function take(words: Words, ...wanted: readonly string[]): string | undefined {
  const word = words.list[words.at];
  if (word === undefined || !wanted.includes(word)) return undefined;
  words.at += 1;
  return word;
}

function sum(words: Words): number {
  let value = product(words);
  for (let sign = take(words, "+", "-"); sign; sign = take(words, "+", "-")) {
    const next = product(words);
    value = sign === "+" ? value + next : value - next;
  }
  return value;
}

function product(words: Words): number {
  let value = signed(words);
  for (let sign = take(words, "*", "/", "%"); sign; sign = take(words, "*", "/", "%")) {
    const next = signed(words);
    value = sign === "*" ? value * next : sign === "/" ? value / next : value % next;
  }
  return value;
}

/** The sign binds less than the power: -2^2 is -4. */
function signed(words: Words): number {
  const sign = take(words, "-", "+");
  if (sign) return sign === "-" ? -signed(words) : signed(words);
  const base = atom(words);
  return take(words, "^") ? base ** signed(words) : base;
}

function atom(words: Words): number {
  const word = words.list[words.at];
  if (word === undefined) throw new Error("The expression ends too early.");
  words.at += 1;
  if (/^[\d.]/.test(word)) return Number(word);
  if (word === "(") return closed(words);
  if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[word]!;
  if (Object.hasOwn(FUNCTIONS, word)) {
    if (!take(words, "(")) throw new Error(`${word} needs parentheses.`);
    return FUNCTIONS[word]!(closed(words));
  }
  throw new Error(`Did not expect ${JSON.stringify(word)}.`);
}

function closed(words: Words): number {
  const value = sum(words);
  if (!take(words, ")")) throw new Error("A parenthesis is not closed.");
  return value;
}
