import type { CodeSpan } from "./highlighter.ts";

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

/**
 * The highlighter's markup, which is only `<span class="…">`, `</span>` and five entities, as a flat list. Nothing is ever
 * handed to the browser as HTML.
 */
export function codeSpans(markup: string): CodeSpan[] {
  const spans: CodeSpan[] = [];
  const classes: string[] = [];
  for (const [, opened, closed, text] of markup.matchAll(/<span class="([^"]*)">|(<\/span>)|([^<]+)/g)) {
    if (opened !== undefined) classes.push(opened);
    else if (closed !== undefined) classes.pop();
    else spans.push([classes.at(-1) ?? "", unescape(text!)]);
  }
  return spans;
}

function unescape(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#x27);/g, (_, name: string) => ENTITIES[name]!);
}
