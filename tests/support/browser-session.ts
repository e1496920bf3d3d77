/** A browser without windows: follows redirects, and keeps each host's cookies as a browser would. */
export class BrowserSession {
  readonly #cookies = new Map<string, Map<string, { value: string; path: string }>>();

  /** Asks once; cookies are sent and kept. */
  async ask(url: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const { host, pathname } = new URL(url);
    const jar = this.#cookies.get(host) ?? new Map<string, { value: string; path: string }>();
    this.#cookies.set(host, jar);
    const sent = [...jar].filter(([, { path }]) => pathname.startsWith(path));
    const response = await fetch(url, {
      redirect: "manual",
      method: form ? "POST" : "GET",
      headers: { cookie: sent.map(([name, { value }]) => `${name}=${value}`).join("; ") },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? "/";
      if (value === "" || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name!);
      else jar.set(name!, { value: value!, path });
    }
    return response;
  }

  /** Asks, and goes where the answers send us. */
  async go(url: string, form?: Readonly<Record<string, string>>): Promise<{ response: Response; url: string }> {
    let response = await this.ask(url, form);
    let here = url;
    for (let hops = 0; hops < 20 && response.headers.has("location"); hops++) {
      here = new URL(response.headers.get("location")!, here).href;
      response = await this.ask(here);
    }
    return { response, url: here };
  }

  cookie(url: string, name: string): string | undefined {
    return this.#cookies.get(new URL(url).host)?.get(name)?.value;
  }

  setCookie(url: string, name: string, value: string): void {
    const { host } = new URL(url);
    const jar = this.#cookies.get(host) ?? new Map<string, { value: string; path: string }>();
    this.#cookies.set(host, jar.set(name, { value, path: "/" }));
  }
}
