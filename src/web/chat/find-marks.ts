const ALL = "found";
const HERE = "found-here";

/**
 * Colours a text wherever it stands in the messages on the page, by the browser's own highlights: nothing is added to the
 * page. Where the browser has none, the message itself is still brought into sight.
 */
export function markFound(root: Element, text: string, hereId: string | undefined): void {
  if (!("highlights" in CSS)) return;
  const needle = text.trim().toLowerCase();
  const articles = needle === "" ? [] : [...root.querySelectorAll<HTMLElement>("[data-message]")];
  const [all, here] = [new Highlight(), new Highlight()];
  for (const article of articles)
    for (const range of rangesOf(article, needle)) (article.dataset["message"] === hereId ? here : all).add(range);
  CSS.highlights.set(ALL, all);
  CSS.highlights.set(HERE, here);
}

export function unmarkFound(): void {
  if (!("highlights" in CSS)) return;
  CSS.highlights.delete(ALL);
  CSS.highlights.delete(HERE);
}

/** Every place of `needle` under `element`, also where it begins in one element and ends in another. */
function* rangesOf(element: Element, needle: string): Generator<Range> {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: { readonly node: Node; readonly from: number }[] = [];
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push({ node, from: text.length });
    text += node.nodeValue ?? "";
  }
  const whole = text.toLowerCase();
  // Some letters grow when made small; then places would not fit.
  if (whole.length !== text.length) return;
  for (let at = whole.indexOf(needle); at !== -1; at = whole.indexOf(needle, at + needle.length)) {
    const range = document.createRange();
    const end = at + needle.length;
    const first = nodes.findLast(({ from }) => from <= at)!;
    const last = nodes.findLast(({ from }) => from < end)!;
    range.setStart(first.node, at - first.from);
    range.setEnd(last.node, end - last.from);
    yield range;
  }
}
