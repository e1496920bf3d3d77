/** Elements whose content is no text for readers. */
const SILENT = new Set(["script", "style", "head", "template", "noscript", "svg"]);
/** Elements that begin and end a line. */
const BLOCKS = new Set(
  "p div br li ul ol tr table section article header footer main aside h1 h2 h3 h4 h5 h6 pre blockquote dt dd figure hr".split(
    " ",
  ),
);
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ndash: "–",
  mdash: "—",
  hellip: "…",
  euro: "€",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  szlig: "ß",
};

/** The words of a page in one pass over it, however broken its markup; nothing in it is run or fetched. */
export function readHtml(html: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open < 0) {
      parts.push(html.slice(at));
      break;
    }
    parts.push(html.slice(at, open));
    if (html.startsWith("<!--", open)) {
      at = after(html, "-->", open);
      continue;
    }
    const name = /^<\/?([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 40))?.[1]?.toLowerCase();
    if (name === undefined) {
      // A lone "<", or a declaration.
      const isDeclaration = html[open + 1] === "!" || html[open + 1] === "?";
      if (!isDeclaration) parts.push("<");
      at = isDeclaration ? after(html, ">", open) : open + 1;
      continue;
    }
    const close = html.indexOf(">", open);
    if (close < 0) {
      parts.push(html.slice(open));
      break;
    }
    if (BLOCKS.has(name)) parts.push("\n");
    const isSilent = SILENT.has(name) && html[open + 1] !== "/" && html[close - 1] !== "/";
    at = isSilent ? after(html, `</${name}`, close) : close + 1;
    if (isSilent) at = after(html, ">", at);
  }
  return decode(parts.join(""))
    .replaceAll(/[^\S\n]+/g, " ")
    .replaceAll(/ ?\n ?/g, "\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

/** Just after the next `mark`; the end, when there is none. */
function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

function decode(text: string): string {
  return text.replaceAll(/&(?:([a-z]{2,8})|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return ENTITIES[String(name)] ?? String(whole);
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}
