import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { RefObject } from "react";

/** This close to the end counts as being there, in pixels. */
const NEAR_END = 48;
const READING_KEYS = ["PageUp", "ArrowUp", "Home"];

export interface FollowEnd {
  readonly isFollowing: boolean;
  readonly follow: () => void;
  /** Stays where one is. */
  readonly leave: () => void;
  readonly handlers: {
    readonly onScroll: () => void;
    readonly onWheel: (event: { deltaY: number }) => void;
    readonly onTouchMove: () => void;
    readonly onKeyDown: (event: { key: string }) => void;
  };
}

/**
 * Keeps a scroller at the end of its content while that grows, until the reader scrolls up; then it never moves by itself. Only the reader
 * going back to the end, or `follow`, takes it up again.
 */
export function useFollowEnd(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): FollowEnd {
  const following = useRef(true);
  const before = useRef({ top: 0, height: 0 });
  const [isFollowing, setFollowing] = useState(true);

  const set = useCallback((value: boolean) => {
    following.current = value;
    setFollowing(value);
  }, []);
  const toEnd = useCallback(() => {
    if (!scroller.current || !content.current || !following.current) return;
    // Not scrollHeight: rows not yet measured overflow their list, which would find itself scrolled past its end.
    scroller.current.scrollTop = content.current.offsetHeight - scroller.current.clientHeight;
    before.current = { top: scroller.current.scrollTop, height: scroller.current.scrollHeight };
  }, [scroller, content]);

  // Whatever grows (words, measured rows, formulas, colours, fonts), the end is shown before the frame is painted.
  useLayoutEffect(() => {
    const observer = new ResizeObserver(toEnd);
    for (const { current } of [scroller, content]) if (current) observer.observe(current);
    return () => observer.disconnect();
  }, [scroller, content, toEnd]);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop: top, scrollHeight: height, clientHeight } = element;
    const { top: lastTop, height: lastHeight } = before.current;
    before.current = { top, height };
    const isAtEnd = height - top - clientHeight <= NEAR_END;
    // Only the reader moves up further than a shrunken content would; only the reader moves down in one that did not grow.
    if (top < Math.min(lastTop, height - clientHeight) - 1) set(false);
    else if (!following.current && top > lastTop + 1 && height === lastHeight && isAtEnd) set(true);
  }, [scroller, set]);

  return {
    isFollowing,
    follow: useCallback(() => {
      set(true);
      toEnd();
    }, [set, toEnd]),
    leave: useCallback(() => set(false), [set]),
    handlers: {
      onScroll,
      onWheel: useCallback((event) => event.deltaY < 0 && set(false), [set]),
      onTouchMove: useCallback(() => set(false), [set]),
      onKeyDown: useCallback((event) => READING_KEYS.includes(event.key) && set(false), [set]),
    },
  };
}
