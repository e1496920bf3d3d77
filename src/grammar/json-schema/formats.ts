import type { RegexArena } from "../regex/arena.ts";
import type { RegexNode } from "../regex/node.ts";
import { wholePattern } from "../regex/pattern.ts";

/** The texts of a format, and the texts that surely are not of it. */
export interface FormatLanguage {
  readonly node: RegexNode;
  readonly opposite: RegexNode;
}

const DAY =
  "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))";
const LEAP_YEAR = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const DATE = `(?:\\d{4}-${DAY}|${LEAP_YEAR}-02-29)`;
const OFFSET = "(?:[zZ]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
const TIME = `(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,15})?${OFFSET}`;
const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const HOSTNAME = `(?=.{1,253}$)(?!.*(?:^|\\.)..--)${LABEL}(?:\\.${LABEL})*`;
const ATOM = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = `(?=[^@]{1,64}@)${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*`;
const IDN_ATOM = ATOM.replace("~-", "~\\u00a1-\\ud7ff-");
const IDN_EMAIL = `(?=[^@]{1,64}@)${IDN_ATOM}(?:\\.${IDN_ATOM})*@${LABEL}(?:\\.${LABEL})*`;
const PERCENT = "%[0-9a-fA-F]{2}";
const NON_ASCII = "\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef\\u{10000}-\\u{1fffd}\\u{20000}-\\u{2fffd}";
const URI = uri("");
const IRI = uri(NON_ASCII);
const VARIABLE = `(?:[a-zA-Z0-9_]|${PERCENT})+(?:\\.(?:[a-zA-Z0-9_]|${PERCENT})+)*(?::[1-9]\\d{0,3}|\\*)?`;
const TEMPLATE = `(?:[a-zA-Z0-9._~!$&()*+,;=:@/?#\\[\\]-]|${PERCENT}|\\{[+#./;?&]?${VARIABLE}(?:,${VARIABLE})*\\})*`;
const GROUP = "[0-9a-fA-F]{1,4}";
const POINTER = "(?:/(?:[^~/]|~[01])*)*";
const DATE_PART = "(?:\\d+D|\\d+M(?:\\d+D)?|\\d+Y(?:\\d+M(?:\\d+D)?)?)";
const TIME_PART = "T(?:\\d+S|\\d+M(?:\\d+S)?|\\d+H(?:\\d+M(?:\\d+S)?)?)";

/**
 * The formats that are enforced. `exact` ones are the format's whole definition; of the others a plain subset is written,
 * and nothing is concluded from a text lying outside of it. Unknown formats are annotations, as the specification says.
 */
const FORMATS: Readonly<Record<string, { readonly source: string; readonly exact: boolean }>> = {
  date: { source: DATE, exact: true },
  // Leap seconds, which few clocks and parsers know, are left out.
  time: { source: TIME, exact: false },
  "date-time": { source: `${DATE}[tT]${TIME}`, exact: false },
  duration: { source: `P(?:${DATE_PART}(?:${TIME_PART})?|${TIME_PART}|\\d+W)`, exact: true },
  email: { source: EMAIL, exact: false },
  "idn-email": { source: IDN_EMAIL, exact: false },
  hostname: { source: HOSTNAME, exact: false },
  "idn-hostname": { source: HOSTNAME, exact: false },
  ipv4: { source: IPV4, exact: true },
  ipv6: { source: ipv6(), exact: true },
  uri: { source: URI.absolute, exact: false },
  "uri-reference": { source: `(?:${URI.absolute}|${URI.relative})`, exact: false },
  iri: { source: IRI.absolute, exact: false },
  "iri-reference": { source: `(?:${IRI.absolute}|${IRI.relative})`, exact: false },
  "uri-template": { source: TEMPLATE, exact: false },
  regex: { source: regexSource(), exact: false },
  uuid: { source: "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", exact: true },
  "json-pointer": { source: POINTER, exact: true },
  "relative-json-pointer": { source: `(?:0|[1-9]\\d*)(?:#|${POINTER})`, exact: true },
};

/** Undefined for a format that is not enforced. */
export function formatLanguage(name: string, regex: RegexArena): FormatLanguage | undefined {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined) return undefined;
  const node = wholePattern(format.source, regex);
  return { node, opposite: format.exact ? regex.not(node) : regex.empty };
}

/** RFC 4291 §2.2: eight groups, at most one run of zeros left out, the last two perhaps as IPv4. */
function ipv6(): string {
  const tail = `(?:${GROUP}:${GROUP}|${IPV4})`;
  const forms = [`(?:${GROUP}:){6}${tail}`];
  for (let before = 0; before <= 7; before++) {
    const head = before === 0 ? "" : `${GROUP}(?::${GROUP}){0,${before - 1}}`;
    const after = 7 - before;
    const groups = after >= 1 ? `(?:${GROUP}:){0,${after - 1}}${GROUP}` : "";
    const mixed = after >= 2 ? `|(?:${GROUP}:){0,${after - 2}}${IPV4}` : "";
    // With exactly `before` groups in front only when no more could stand there.
    forms.push(`${head}::(?:${groups}${mixed})${after === 0 ? "" : "?"}`);
  }
  return `(?:${forms.join("|")})`;
}

/** RFC 3986 and, with further characters, RFC 3987: the parts in general use, IP literals left out. */
function uri(more: string): { absolute: string; relative: string } {
  const part = (chars: string): string => `(?:[a-zA-Z0-9._~!$&'()*+,;=${chars}${more}-]|${PERCENT})`;
  const char = part(":@");
  const authority = `(?:${part(":")}*@)?${part("")}*(?::\\d{1,5})?`;
  const tail = `(?:\\?(?:${char}|[/?])*)?(?:#(?:${char}|[/?])*)?`;
  const rooted = `//${authority}(?:/${char}*)*`;
  const absolute = `[a-zA-Z][a-zA-Z0-9+.-]*:(?:${rooted}|/?${char}+(?:/${char}*)*)${tail}`;
  return { absolute, relative: `(?:${rooted}|/?${part("@")}+(?:/${char}*)*|/)?${tail}` };
}

/** Patterns of literals, classes, quantifiers, alternatives and groups two levels deep: all of them well-formed. */
function regexSource(): string {
  const escape = "\\\\[dDwWsSbtnrfv.*+?()\\[\\]{}|^$/\\\\]";
  const set = `\\[\\^?(?:[A-Za-z0-9 _.,:;@%+*/=!?<>~'"#&()|$]|[a]-[z]|[A]-[Z]|0-9|[aA]-[fF]|${escape.replace("b", "")})+-?\\]`;
  let atom = `(?:[^\\\\()\\[\\]{}|^$*+?/]|${escape}|${set})`;
  const quantifier = "(?:[*+?]\\??|\\{\\d{1,2}(?:,)?\\})?";
  for (let level = 0; level < 2; level++) {
    const sequence = `\\^?(?:${atom}${quantifier})*\\$?`;
    if (level === 1) return `${sequence}(?:\\|${sequence})*`;
    atom = `(?:${atom}|\\((?:\\?[:=!])?${sequence}(?:\\|${sequence})*\\))`;
  }
  return atom;
}
