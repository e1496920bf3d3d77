import { memo, useEffect, useRef } from "react";

interface MathSpanProps {
  readonly text: string;
  readonly isDisplay: boolean;
}

/** A formula. KaTeX is loaded with the first one; until then, and for what it cannot read, the source is shown. */
export const MathSpan = memo(function MathSpan({ text, isDisplay }: MathSpanProps) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    let isCurrent = true;
    void import("./katex.ts").then(({ renderMath }) => {
      if (isCurrent && element.current) renderMath(text, isDisplay, element.current);
    });
    return () => {
      isCurrent = false;
    };
  }, [text, isDisplay]);
  return <span ref={element}>{text}</span>;
});
