import { errors } from "undici";

/**
 * Whether a question failed because the connection it went out on, which had served another one before, was closed from the other
 * side before any byte of the answer came. Servers close what was idle for too long without asking whether something is on its way.
 */
export function isStaleConnection(error: unknown): boolean {
  return error instanceof errors.SocketError && (error.socket?.bytesRead ?? 0) > 0;
}
