import { useLayoutEffect, useRef, useState } from "react";
import type { RefObject } from "react";

/** The measured width of an element, in pixels: charts are drawn at it, so that their words are never scaled. */
export function useWidth<Element extends HTMLElement>(): readonly [RefObject<Element | null>, number] {
  const frame = useRef<Element>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, width];
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least > 0 ? least : 1));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? power * 10;
}
