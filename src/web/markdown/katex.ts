import katex from "katex";
import "katex/dist/katex.min.css";

/** Draws into `element` with DOM calls: KaTeX's HTML text needs inline styles, which the page's policy forbids. */
export function renderMath(text: string, isDisplay: boolean, element: HTMLElement): void {
  katex.render(text, element, {
    displayMode: isDisplay,
    throwOnError: false,
    trust: false,
    maxSize: 20,
    maxExpand: 500,
  });
}
