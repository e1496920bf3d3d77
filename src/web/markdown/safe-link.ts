const SAFE_PROTOCOLS = ["http:", "https:", "mailto:"];

/** The address when following it can run nothing here; undefined for `javascript:`, `data:` and the like. */
export function safeLink(href: string, base: string): string | undefined {
  try {
    return SAFE_PROTOCOLS.includes(new URL(href, base).protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}
