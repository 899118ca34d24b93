import { HttpTraveller } from '../support/http-traveller.ts';
import { aTraveller, aTrip, daysAhead, type Traveller } from '../support/traveller.ts';

const ANSWER_WITHIN_MS = 3_000;
const FIRST_DAY = 30;
const DAYS = 300;

/** A traveller who books again and again, and cancels, to find out whether somebody could. */
export class BookingProbe {
  readonly #url: string;
  /** Who is registered. */
  #traveller: Traveller | undefined;
  #visitor: HttpTraveller | undefined;
  #attempts = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Undefined where the booking was taken; else what went wrong. A session that has ended is no fault: the traveller logs in again. */
  async attempt(): Promise<string | undefined> {
    try {
      if (this.#visitor && (await this.#books(this.#visitor))) return undefined;
      this.#visitor = await this.#logsIn();
      return (await this.#books(this.#visitor)) ? undefined : 'the booking was refused after a log-in';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #books(visitor: HttpTraveller): Promise<boolean> {
    const form = await visitor.get('/book');
    if (isLogIn(form.headers.location)) return false;
    // Trips of other days, so that one that could not be cancelled is not in the way.
    const day = FIRST_DAY + ((3 * this.#attempts++) % DAYS);
    const trip = aTrip({ departure_date: daysAhead(day), return_date: daysAhead(day + 2) });
    const { status, headers } = await visitor.submit('/book', { ...trip });
    if (status !== 302 && status !== 303) throw new Error(`POST /book was answered with ${status}`);
    if (isLogIn(headers.location)) return false;
    // Whether it can be cancelled is not asked.
    await visitor.cancel().catch(() => undefined);
    return true;
  }

  async #logsIn(): Promise<HttpTraveller> {
    const visitor = new HttpTraveller(this.#url, { busyMs: 0, answerMs: ANSWER_WITHIN_MS });
    if (this.#traveller) {
      const { username, password } = this.#traveller;
      const { status } = await visitor.submit('/login', { username, password });
      if (status !== 302 && status !== 303) throw new Error(`POST /login was answered with ${status}`);
    } else {
      const traveller = aTraveller();
      await visitor.signUp(traveller);
      this.#traveller = traveller;
    }
    return visitor;
  }
}

const isLogIn = (location = ''): boolean => location.includes('/login');
