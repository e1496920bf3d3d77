interface UriParts {
  scheme: string | undefined;
  authority: string | undefined;
  path: string;
  query: string | undefined;
}

/** Resolves a reference against a base (RFC 3986 §5.2); the fragment comes back apart, decoded, without its `#`. */
export function resolveUri(base: string, reference: string): { uri: string; fragment: string } {
  const hash = reference.indexOf("#");
  const fragment = hash < 0 ? "" : decode(reference.slice(hash + 1));
  const ref = split(hash < 0 ? reference : reference.slice(0, hash));
  const document = base.replace(/#.*$/s, "");
  if (hash === 0 || reference === "") return { uri: document, fragment };
  const from = split(document);
  if (ref.scheme !== undefined) return { uri: join({ ...ref, path: withoutDots(ref.path) }), fragment };
  if (ref.authority !== undefined)
    return { uri: join({ ...ref, scheme: from.scheme, path: withoutDots(ref.path) }), fragment };
  if (ref.path === "") return { uri: join({ ...from, query: ref.query ?? from.query }), fragment };
  const path = ref.path.startsWith("/") ? ref.path : from.path.replace(/[^/]*$/, "") + ref.path;
  return { uri: join({ ...from, path: withoutDots(path), query: ref.query }), fragment };
}

function split(uri: string): UriParts {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s.exec(uri)!;
  return { scheme: match[1], authority: match[2], path: match[3] ?? "", query: match[4] };
}

function join({ scheme, authority, path, query }: UriParts): string {
  const start = (scheme === undefined ? "" : `${scheme}:`) + (authority === undefined ? "" : `//${authority}`);
  return start + path + (query === undefined ? "" : `?${query}`);
}

function withoutDots(path: string): string {
  const out: string[] = [];
  const segments = path.split("/");
  for (const [i, segment] of segments.entries()) {
    const isLast = i === segments.length - 1;
    if (segment === ".." && out.length > 1) out.pop();
    if (segment !== "." && segment !== "..") out.push(segment);
    else if (isLast) out.push("");
  }
  return out.join("/");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
