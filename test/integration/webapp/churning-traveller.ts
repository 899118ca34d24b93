import { type Answer, hiddenFields, type WebClient } from './web-client.ts';
import { aTrip } from './world.ts';

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const DESTINATIONS = ['TRAPPIST-1 System', 'Kepler-452 System'] as const;
/** Trips of one to three days from the first four overlap or not; so do those of waiting travellers. */
export const DAYS = [
  '2040-01-01',
  '2040-01-02',
  '2040-01-03',
  '2040-01-04',
  '2040-01-05',
  '2040-01-06',
  '2040-01-07',
] as const;

/** What the page of trips lets a traveller do. */
interface Choice {
  readonly kind: 'cancel' | 'undo' | 'change' | 'take' | 'leave';
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly departure?: string;
}

/**
 * A traveller who does at random what the pages offer, each request at a random one of the instances, and remembers what they
 * wait for: an entry of the waiting list goes only by something that its traveller does.
 */
export class ChurningTraveller {
  readonly username: string;
  readonly counts: Record<string, number> = {};
  readonly unexpected: string[] = [];
  readonly waitsFor = new Set<string>();
  readonly #instances: readonly WebClient[];
  readonly #random: () => number;

  /** The instances' clients are logged in as the same traveller. */
  constructor(username: string, instances: readonly WebClient[], random: () => number) {
    this.username = username;
    this.#instances = instances;
    this.#random = random;
  }

  async act(): Promise<void> {
    const page = await this.#client().get('/reservation');
    if (page.status !== 200) {
      this.unexpected.push(`GET /reservation: ${page.status}`);
      return;
    }
    const choices = choicesIn(page.text);
    if (choices.length === 0 || this.#random() < 0.4) return this.#book();
    const kinds = [...new Set(choices.map(({ kind }) => kind))];
    const chosen = this.#one(kinds);
    await this.#choose(this.#one(choices.filter(({ kind }) => kind === chosen)), page);
  }

  async #book(): Promise<void> {
    const trip = { ...this.#days(), destination: this.#one(DESTINATIONS) };
    const departure = `${trip.destination} ${trip.departure_date}`;
    const form = { ...hiddenFields((await this.#client().get('/book')).text, '/book'), ...aTrip(trip) };
    const answer = await this.#client().post('/book', form);
    this.#expect('book', answer, [303, 409]);
    if (answer.status === 303) this.waitsFor.delete(departure);
    if (!answer.text.includes('formaction="/waitlist"') || this.#random() < 0.2) return;
    const client = this.#client();
    const joined = await client.post('/waitlist', form);
    this.#expect('join', joined, [303, 409]);
    if (joined.status !== 303) return;
    const [said = ''] = (await client.follow(joined)).alerts;
    if (said.startsWith('You are on the waiting list')) this.waitsFor.add(departure);
    else if (said.startsWith('Success!')) this.waitsFor.delete(departure);
    else this.unexpected.push(`join: ${said}`);
  }

  async #choose({ kind, action, fields, departure }: Choice, page: Answer): Promise<void> {
    const token = { _csrf: hiddenFields(page.text, '/logout')._csrf ?? '' };
    const client = this.#client();
    if (kind === 'change') {
      const days = this.#days();
      const answer = await client.post(action, { ...token, ...days });
      this.#expect(kind, answer, [303, 409]);
      const done = answer.status === 303 && (await client.follow(answer)).alerts[0]?.startsWith('Success!');
      if (done && departure !== undefined) this.waitsFor.delete(`${departure} ${days.departure_date}`);
      return;
    }
    const answer = await client.post(action, { ...token, ...fields });
    this.#expect(kind, answer, kind === 'undo' ? [303, 409] : [303]);
    if (answer.status !== 303 || departure === undefined) return;
    const [said = ''] = (await client.follow(answer)).alerts;
    if (said.startsWith('Success!') || said.includes('any more')) this.waitsFor.delete(departure);
  }

  #expect(what: string, { status, alerts }: Answer, statuses: readonly number[]): void {
    this.counts[`${what} ${status}`] = (this.counts[`${what} ${status}`] ?? 0) + 1;
    if (!statuses.includes(status)) this.unexpected.push(`${what}: ${status} ${alerts.join(' | ')}`);
  }

  #days() {
    const from = Math.floor(this.#random() * 4);
    const to = from + 1 + Math.floor(this.#random() * 3);
    return { departure_date: DAYS[from] ?? DAYS[0], return_date: DAYS[to] ?? DAYS[6] };
  }

  #client(): WebClient {
    return this.#one(this.#instances);
  }

  #one<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.#random() * list.length)];
    if (chosen === undefined) throw new Error('there is nothing to choose from');
    return chosen;
  }
}

const POSTS = [
  { kind: 'cancel', action: '/reservation' },
  { kind: 'take', action: '/waitlist/take' },
  { kind: 'leave', action: '/waitlist/leave' },
] as const;

function choicesIn(html: string): readonly Choice[] {
  const undoable = html
    .split('class="panel undo"')
    .slice(1)
    .map((part) => part.split('</form>')[0] ?? '');
  const cards = html.split('<li class="panel trip').slice(1);
  return [
    ...undoable.map((part) => ({
      kind: 'undo' as const,
      action: '/reservation/undo',
      fields: hiddenFields(`<form${part}`, '/reservation/undo'),
      departure: departureIn(part),
    })),
    ...cards.flatMap((card) => {
      const departure = departureIn(card);
      const change = /href="(\/reservation\/\w{8}\/change)"/.exec(card)?.[1];
      const posts = POSTS.filter(({ action }) => card.includes(`action="${action}"`));
      return [
        ...posts.map(({ kind, action }) => ({
          kind,
          action,
          fields: hiddenFields(card, action),
          ...(kind !== 'cancel' && { departure }),
        })),
        ...(change === undefined
          ? []
          : [{ kind: 'change' as const, action: change, fields: {}, departure: destinationIn(card) }]),
      ];
    }),
  ];
}

function destinationIn(part: string): string {
  return DESTINATIONS.find((name) => part.includes(name)) ?? '';
}

/** By the words of the page, which names the day as people say it. */
function departureIn(part: string): string {
  const [, day = ''] = /on \w+ (\d) January 2040/.exec(part) ?? [];
  return `${destinationIn(part)} 2040-01-0${day}`;
}
