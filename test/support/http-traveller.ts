import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, ask, type Question } from './http.ts';
import { aTraveller, type Traveller, type Trip } from './traveller.ts';

interface Patience {
  /** How long it comes again to an app that is busy; 30 s unless told. */
  readonly busyMs?: number;
  /** How long it waits for an answer; 30 s unless told. */
  readonly answerMs?: number;
}

/** `agent` and `headers` are those of every request. */
type TravellerOptions = Patience & Pick<Question, 'agent' | 'headers'>;

/**
 * A traveller who needs no browser: follows forms and cookies, one connection a request. Many fit into one process. Comes again
 * when the answer is that the app is busy (503 with Retry-After), as its page asks; a form says by its key that it is the same.
 */
export class HttpTraveller {
  readonly #url: string;
  readonly #more: Pick<Question, 'agent' | 'headers'>;
  /** How often the app was too busy. */
  turnedAway = 0;
  readonly #cookies = new Map<string, string>();
  readonly #patience: Required<Patience>;

  constructor(url: string, { busyMs = 30_000, answerMs = 30_000, ...more }: TravellerOptions = {}) {
    this.#url = url;
    this.#patience = { busyMs, answerMs };
    this.#more = more;
  }

  /** What a browser would have by now. */
  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path);
  }

  /** Gets the page, fills in its form beside what is hidden in it, and posts it. */
  async submit(path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    return this.post(path, await this.hiddenFields(path), fields);
  }

  /** What the form on a page posts unseen. Got before, it lets many travellers post at the same moment. */
  async hiddenFields(path: string, button = 'submit'): Promise<Record<string, string>> {
    const { status, body } = await this.get(path);
    if (status !== 200) throw new Error(`GET ${path} was answered with ${status}`);
    return hiddenFieldsOf(body, button);
  }

  post(path: string, ...fields: readonly Readonly<Record<string, string>>[]): Promise<Answer> {
    return this.#ask(path, new URLSearchParams(Object.assign({}, ...fields) as Record<string, string>).toString());
  }

  async signUp(traveller: Traveller): Promise<void> {
    await this.#expectRedirect('/register', { ...traveller, confirm_password: traveller.password });
    await this.#expectRedirect('/login', { username: traveller.username, password: traveller.password });
  }

  async book(trip: Trip): Promise<void> {
    await this.#expectRedirect('/book', { ...trip });
  }

  /** The first of the trips. */
  async cancel(): Promise<void> {
    const { status } = await this.post('/reservation', await this.hiddenFields('/reservation', 'cancel'));
    if (status !== 303) throw new Error(`the cancellation was answered with ${status}`);
  }

  async #expectRedirect(path: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const { status, body } = await this.submit(path, fields);
    if (status !== 302 && status !== 303) throw new Error(`POST ${path} was answered with ${status}: ${textOf(body)}`);
  }

  async #ask(path: string, body?: string): Promise<Answer> {
    const deadline = performance.now() + this.#patience.busyMs;
    for (;;) {
      const answer = await this.#askOnce(path, body);
      const seconds = Number(answer.headers['retry-after']);
      if (answer.status !== 503 || !(seconds >= 0) || performance.now() > deadline) return answer;
      this.turnedAway += 1;
      await sleep(Math.min(seconds, 2) * 1000);
    }
  }

  async #askOnce(path: string, body?: string): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await ask(`${this.#url}${path}`, {
      ...this.#more,
      headers: {
        ...this.#more.headers,
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', origin: this.#url }),
      },
      ...(body === undefined ? {} : { method: 'POST', body }),
      timeoutMs: this.#patience.answerMs,
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** The hidden fields of the first form that has the button of this name. */
export function hiddenFieldsOf(html: string, button = 'submit'): Record<string, string> {
  const form =
    [...html.matchAll(/<form\b.*?<\/form>/gs)]
      .map(([text]) => text)
      .find((text) => text.includes(` name="${button}"`)) ?? '';
  const inputs = [...form.matchAll(/<input\b[^>]*\btype="hidden"[^>]*>/g)].map(([text]) => text);
  return Object.fromEntries(inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value')]));
}

function attribute(tag: string, name: string): string {
  const [, value = ''] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? [];
  return value.replace(/&(?:#(\d+)|amp|lt|gt|quot);/g, (entity, code: string | undefined) =>
    code === undefined ? (ENTITIES[entity] ?? entity) : String.fromCodePoint(Number(code)),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

function textOf(html: string): string {
  return html
    .replace(/<(style|script|head)\b.*?<\/\1>/gs, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 500);
}

/** Takes places of a departure, all five unless told how many, each by a traveller of its own. */
export function fillDeparture(url: string, trip: Trip, places = 5): Promise<HttpTraveller[]> {
  const one = async () => {
    const traveller = new HttpTraveller(url);
    await traveller.signUp(aTraveller());
    await traveller.book(trip);
    return traveller;
  };
  return Promise.all(Array.from({ length: places }, one));
}
