import { useCallback, useState } from "react";
import type { UploadWatch } from "../app/upload.ts";

/** A document on its way to be read. */
export interface Upload {
  readonly id: number;
  readonly name: string;
  /** How much is sent, in [0, 1]. */
  readonly fraction: number;
  readonly cancel: () => void;
}

export interface WatchedUpload extends UploadWatch {
  readonly end: () => void;
}

/** The documents on their way, and how to follow one more. */
export function useUploads() {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const watch = useCallback((file: File): WatchedUpload => {
    const abort = new AbortController();
    const id = performance.now() + Math.random();
    setUploads((now) => [...now, { id, name: file.name, fraction: 0, cancel: () => abort.abort() }]);
    return {
      signal: abort.signal,
      onProgress: (fraction) => setUploads((now) => now.map((it) => (it.id === id ? { ...it, fraction } : it))),
      end: () => setUploads((now) => now.filter((it) => it.id !== id)),
    };
  }, []);
  return { uploads, watch };
}
