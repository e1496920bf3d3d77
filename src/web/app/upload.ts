import { ApiError } from "./api.ts";

export interface UploadWatch {
  /** Aborted: the upload ends, and is rejected with the signal's reason. */
  readonly signal: AbortSignal;
  /** Told how much is sent, in [0, 1]. */
  readonly onProgress: (fraction: number) => void;
}

/** Sends a file's bytes and tells how far it is, which `fetch` cannot. Errors: `ApiError`. */
export function upload<Result>(path: string, file: File, { signal, onProgress }: UploadWatch): Promise<Result> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("x-tramontane-app", "1");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    const stop = () => request.abort();
    signal.addEventListener("abort", stop, { once: true });
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    request.addEventListener("load", () => {
      const body = request.response as { error?: { code?: string; message?: string } } | null;
      if (request.status < 300) resolve(body as Result);
      else reject(new ApiError(request.status, body?.error?.code ?? "internal", body?.error?.message ?? ""));
    });
    request.addEventListener("error", () => reject(new ApiError(0, "offline", "")));
    request.addEventListener("abort", () => reject(signal.reason as Error));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    request.send(file);
  });
}
