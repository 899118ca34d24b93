/** A browser without scripts, as far as forms, cookies and redirects go. */
export interface WebClient {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, fields: Fields, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Opens `path`, fills in its form that posts to `action`, hidden fields included, and sends it. */
  submit(path: string, action: string, fields: Fields): Promise<Answer>;
  /** Follows the redirect of an answer. */
  follow(answer: Answer): Promise<Answer>;
  readonly cookies: Map<string, string>;
}

export type Fields = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
  readonly headers: Headers;
  readonly alerts: readonly string[];
}

export function webClient(baseUrl: string): WebClient {
  const cookies = new Map<string, string>();
  const send = async (method: string, path: string, headers: Readonly<Record<string, string>>, body?: string) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, baseUrl), {
      method,
      redirect: 'manual',
      headers: { ...(cookie !== '' && { cookie }), ...headers },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(20_000),
    });
    for (const header of response.headers.getSetCookie()) keep(cookies, header);
    const text = await response.text();
    return {
      status: response.status,
      location: response.headers.get('location'),
      text,
      headers: response.headers,
      alerts: alertsIn(text),
    };
  };
  const client: WebClient = {
    cookies,
    get: (path, headers = {}) => send('GET', path, headers),
    post: (path, fields, headers = {}) =>
      send(
        'POST',
        path,
        { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        new URLSearchParams(fields).toString(),
      ),
    submit: async (path, action, fields) => {
      const page = await client.get(path);
      return client.post(action, { ...hiddenFields(page.text, action), ...fields });
    },
    follow: (answer) => {
      if (answer.location === null) throw new Error(`${answer.status} is no redirect: ${answer.alerts.join(' | ')}`);
      return client.get(answer.location);
    },
  };
  return client;
}

/** The hidden fields of the page's first form that posts to `action`. */
export function hiddenFields(html: string, action: string): Fields {
  const form = html.split('<form').find((part) => part.includes(`action="${action}"`)) ?? '';
  const [inside = ''] = form.split('</form>');
  return Object.fromEntries(
    [...inside.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      unescaped(value),
    ]),
  );
}

/** What the `<div>`s that are children of `<body>` say: one line each, as they are written. */
export function alertsIn(html: string): readonly string[] {
  return [...html.matchAll(/^<div class="alert[^>]*>(.*)<\/div>$/gm)].map(([, inside = '']) =>
    unescaped(inside.replace(/<[^>]+>/g, '')),
  );
}

/** What the links of a page are called, by who sees it and by who hears it. */
export function linksIn(html: string): readonly string[] {
  return [...html.matchAll(/<a [^>]*>(.*?)<\/a>/g)].map(([, inside = '']) => unescaped(inside.replace(/<[^>]+>/g, '')));
}

function keep(cookies: Map<string, string>, header: string): void {
  const [pair = '', ...attributes] = header.split(';');
  const separator = pair.indexOf('=');
  const [name, value] = [pair.slice(0, separator), pair.slice(separator + 1)];
  const expired = attributes.some((attribute) => /^\s*expires=.*1970/i.test(attribute));
  if (value === '' || expired) cookies.delete(name);
  else cookies.set(name, value);
}

function unescaped(text: string): string {
  return text
    .replace(/&#39;/g, "'")
    .replace(/&#34;|&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
