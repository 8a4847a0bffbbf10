// A browser as the pages need one: cookies by path, forms with their hidden fields, links that a page goes on to. It shows
// nothing and runs no scripts; tests/pages/ and tests/oauth/provider/chromium.test.ts use a real one.

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Where the browser is. */
  readonly url: URL;
  readonly title: string;
}

const unescaped = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescaped(value);
};

export class Browser {
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;
  #cookies: Cookie[] = [];

  /**
   * @param origin the server's; a redirect to anywhere else ends a visit.
   * @param headers sent with every request.
   */
  constructor(origin: string, headers: Readonly<Record<string, string>> = {}) {
    this.#origin = origin;
    this.#headers = headers;
  }

  /** The cookies that a request for this path would have, by name. */
  cookies(path = '/'): Record<string, string> {
    const sent = this.#cookies.filter((cookie) => path.startsWith(cookie.path));
    return Object.fromEntries(sent.map(({ name, value }) => [name, value]));
  }

  setCookie(name: string, value: string, path = '/'): void {
    this.#cookies = [
      ...this.#cookies.filter((cookie) => cookie.name !== name || cookie.path !== path),
      { name, value, path },
    ];
  }

  forgetCookies(): void {
    this.#cookies = [];
  }

  /** One request, without following a redirect. */
  async request(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.#origin);
    const cookie = Object.entries(this.cookies(url.pathname))
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const answer = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: {
        ...this.#headers,
        ...(init.headers as Record<string, string>),
        ...(cookie !== '' && { cookie }),
      },
    });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/';
    if (value === '')
      this.#cookies = this.#cookies.filter((each) => each.name !== name || each.path !== path);
    else this.setCookie(name, value, path);
  }

  /**
   * Opens an address and follows where it leads, until there is a page or the server is left.
   *
   * @returns the page; for an address elsewhere, what led there, with that address as its `url`.
   */
  async open(address: string | URL, init: RequestInit = {}): Promise<Page> {
    let url = new URL(address, this.#origin);
    let answer = await this.request(url, init);
    for (let hops = 0; hops < 10; hops += 1) {
      const location = answer.headers.get('location');
      const html = location === null ? await answer.text() : '';
      const refresh = /<meta http-equiv="refresh" content="0; url=([^"]*)"/.exec(html)?.[1];
      const next = location ?? (refresh === undefined ? null : unescaped(refresh));
      if (next === null) return pageOf(answer, html, url);
      url = new URL(next, url);
      if (url.origin !== this.#origin) return pageOf(answer, html, url);
      answer = await this.request(url);
    }
    throw new Error(`too many redirects, the last to ${url.href}`);
  }

  /** Sends the first form of a page, with its hidden fields. */
  submit(page: Page, fields: Record<string, string>): Promise<Page> {
    const form = /<form[^>]*>[^]*?<\/form>/.exec(page.html)?.[0];
    if (form === undefined)
      throw new Error(`there is no form on "${page.title}": ${page.html.slice(0, 2000)}`);
    const hidden = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(
      ([tag]) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? ''] as const,
    );
    return this.open(new URL(attribute(form, 'action') ?? '', page.url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }).toString(),
    });
  }
}

function pageOf(answer: Response, html: string, url: URL): Page {
  const title = /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '';
  return { status: answer.status, headers: answer.headers, html, url, title: unescaped(title) };
}
