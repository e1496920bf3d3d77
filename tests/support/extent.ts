/** `EXTENT=full`: what the tests of reliability do takes as long as docs/reference/reliability.md says; otherwise a short form of it. */
export const inFull = <T>(full: T, short: T): T => (process.env["EXTENT"] === "full" ? full : short);
