import type { Page } from 'playwright-core';
import { fillDeparture, HttpTraveller } from '../support/http-traveller.ts';
import { aTraveller, aTrip, daysAhead, follow, submitForm, type Traveller, type Trip } from '../support/traveller.ts';
import { askForAddress, openConfirmationLink } from './confirmation-link.ts';
import { openResetLink } from './reset-link.ts';
import { world } from './world.ts';

/** Somebody who is signed up and logged in without a browser; the page of a state has their cookies. */
export interface SignedUp {
  readonly traveller: Traveller;
  readonly http: HttpTraveller;
}

/** A page, in one of the states in which it looks different. */
export interface State {
  readonly title: string;
  readonly who: 'visitor' | 'traveller';
  /** Brings the page into the state; what comes before in the story is done without the browser. */
  readonly open: (page: Page, one: SignedUp) => Promise<unknown>;
  /** Names of links and buttons that are there and can be seen at every width, beside those of the navigation. */
  readonly controls?: readonly string[];
  /** Fields, each with its name as its id. */
  readonly fields?: readonly string[];
  /** How many alerts stand at the top. */
  readonly alerts?: number;
  /** Whom the page takes them for in the end, where they have logged in or out on the way. */
  readonly then?: 'visitor' | 'traveller';
  /** Of an application that has lost its tables, or its database. */
  readonly broken?: 'tables' | 'database';
}

export const NAVIGATION = {
  visitor: ['home', 'about', 'book', 'login', 'register'],
  traveller: ['home', 'about', 'book', 'reservation', 'logout'],
};

const BOOKING_FIELDS = [
  'age',
  'previous_experience',
  'destination',
  'departure_date',
  'return_date',
  'blackhole_visit',
  'submit',
];
const REGISTRATION_FIELDS = ['username', 'name', 'email_address', 'password', 'confirm_password', 'submit'];
const LOG_IN_FIELDS = ['username', 'password', 'submit'];
const ACCOUNT_FIELDS = [
  'name',
  'email_address',
  'email_password',
  'current_password',
  'password',
  'confirm_password',
  'delete_password',
];

const visit = (path: string) => (page: Page) => page.goto(path);

/** Fills in the form of a page and sends it. */
const send = (path: string, values: Readonly<Record<string, string>>) => async (page: Page) => {
  await page.goto(path);
  await submitForm(page, values);
};

/** Fills in one of several forms of a page, the one that posts to `action`, and sends it. */
const sendTo =
  (path: string, action: string, values: Readonly<Record<string, string>> = {}) =>
  async (page: Page) => {
    await page.goto(path);
    const form = page.locator(`main form[action="${action}"]`);
    for (const [name, value] of Object.entries(values)) await form.locator(`[name="${name}"]`).fill(value);
    await follow(page, form.locator('button'));
  };

/** Every page in every state: a new one is a line here. */
export const states: readonly State[] = [
  { title: 'the landing page', who: 'visitor', open: visit('/'), controls: ['get_started'] },
  { title: 'the page /home', who: 'visitor', open: visit('/home'), controls: ['get_started'] },
  { title: 'what this is', who: 'visitor', open: visit('/about') },
  { title: 'the places left', who: 'visitor', open: visit('/departures') },
  { title: 'the places left of a month that is past', who: 'visitor', open: visit('/departures?month=2020-02') },
  {
    title: 'the places left where a departure is full and another nearly',
    who: 'visitor',
    async open(page) {
      const [full, nearly] = [newTrip(), newTrip()];
      await fill(full);
      await fill(nearly, 4);
      await page.goto(`/departures?destination=trappist-1&month=${full.departure_date.slice(0, 7)}`);
    },
  },
  { title: 'the registration', who: 'visitor', open: visit('/register'), fields: REGISTRATION_FIELDS },
  {
    title: 'a registration with every mistake',
    who: 'visitor',
    open: send('/register', { username: 'short', email_address: 'none', password: 'tiny' }),
    fields: REGISTRATION_FIELDS,
    alerts: 5,
  },
  {
    title: 'a registration under a name and an address that are taken',
    who: 'visitor',
    open: (page, { traveller }) => send('/register', { ...traveller, confirm_password: traveller.password })(page),
    fields: REGISTRATION_FIELDS,
    alerts: 2,
  },
  { title: 'the log-in', who: 'visitor', open: visit('/login'), fields: LOG_IN_FIELDS },
  {
    title: 'the log-in after a registration',
    who: 'visitor',
    open: (page) => {
      const traveller = aTraveller();
      return send('/register', { ...traveller, confirm_password: traveller.password })(page);
    },
    fields: LOG_IN_FIELDS,
    alerts: 1,
  },
  { title: 'the log-in on the way elsewhere', who: 'visitor', open: visit('/book'), fields: LOG_IN_FIELDS, alerts: 1 },
  { title: 'a log-in with nothing in it', who: 'visitor', open: send('/login', {}), fields: LOG_IN_FIELDS, alerts: 2 },
  {
    title: 'a log-in with a wrong password',
    who: 'visitor',
    open: send('/login', { username: 'nobody-at-all', password: 'wrong-password' }),
    fields: LOG_IN_FIELDS,
    alerts: 1,
  },
  {
    title: 'a log-in after too many',
    who: 'visitor',
    async open(page) {
      const wrong = { username: aTraveller().username, password: 'wrong-password' };
      const http = new HttpTraveller(world().url);
      for (let attempt = 0; attempt < 10; attempt += 1) await http.submit('/login', wrong);
      await send('/login', wrong)(page);
    },
    fields: LOG_IN_FIELDS,
    alerts: 1,
  },
  {
    title: 'the page for a forgotten password',
    who: 'visitor',
    open: visit('/forgotten-password'),
    fields: ['email_address', 'submit'],
  },
  {
    title: 'a forgotten password without an address',
    who: 'visitor',
    open: send('/forgotten-password', { email_address: 'nobody' }),
    fields: ['email_address', 'submit'],
    alerts: 1,
  },
  {
    title: 'the answer to a forgotten password',
    who: 'visitor',
    open: send('/forgotten-password', { email_address: 'nobody@example.com' }),
    alerts: 1,
  },
  {
    title: 'the choice of a new password',
    who: 'visitor',
    open: openResetLink,
    fields: ['password', 'confirm_password', 'submit'],
  },
  {
    title: 'a new password with every mistake',
    who: 'visitor',
    async open(page) {
      await openResetLink(page);
      await submitForm(page, { password: 'short', confirm_password: 'other' });
    },
    fields: ['password', 'confirm_password', 'submit'],
    alerts: 2,
  },
  {
    title: 'a link that does not work any more',
    who: 'visitor',
    open: visit(`/reset-password?token=${'A'.repeat(43)}`),
  },
  { title: 'the page to log out of a visitor', who: 'visitor', open: visit('/logout') },
  { title: 'a page that is not there', who: 'visitor', open: visit('/nowhere') },
  {
    title: 'a form that has expired',
    who: 'visitor',
    async open(page) {
      await page.goto('/login');
      await page.context().clearCookies();
      await submitForm(page, { username: 'nobody-at-all', password: 'wrong-password' });
    },
  },
  {
    title: 'a form that is too large',
    who: 'visitor',
    open: send('/login', { username: 'nobody-at-all', password: 'x'.repeat(20_000) }),
  },
  { title: 'a fault of ours', who: 'visitor', broken: 'tables', open: visit('/departures') },
  { title: 'the database away', who: 'visitor', broken: 'database', open: visit('/departures') },

  { title: 'the landing page of a traveller', who: 'traveller', open: visit('/home'), controls: ['get_started'] },
  {
    title: 'the landing page after logging in, of somebody with the longest name',
    who: 'visitor',
    async open(page) {
      const traveller = aTraveller({
        username: `${'W'.repeat(22)}${aTraveller().username.slice(-8)}`,
        name: 'W'.repeat(60),
      });
      await new HttpTraveller(world().url).signUp(traveller);
      await send('/login', { username: traveller.username, password: traveller.password })(page);
    },
    then: 'traveller',
    alerts: 1,
  },
  { title: 'the places left, for a traveller', who: 'traveller', open: visit('/departures?destination=kepler-452') },
  { title: 'the booking form', who: 'traveller', open: visit('/book'), fields: BOOKING_FIELDS },
  {
    title: 'the booking form, filled in by a day of the calendar',
    who: 'traveller',
    open: visit(`/book?destination=kepler-452&departure=${daysAhead(40)}&month=${daysAhead(40).slice(0, 7)}`),
    fields: BOOKING_FIELDS,
  },
  {
    title: 'a booking with every mistake',
    who: 'traveller',
    open: send('/book', { age: '3', departure_date: daysAhead(-3), return_date: '' }),
    fields: BOOKING_FIELDS,
    alerts: 3,
  },
  {
    title: 'a booking whose departure is full',
    who: 'traveller',
    async open(page) {
      const trip = newTrip();
      await fill(trip);
      await send('/book', { ...trip })(page);
    },
    fields: BOOKING_FIELDS,
    alerts: 1,
  },
  {
    title: 'a booking that overlaps another trip',
    who: 'traveller',
    async open(page, { http }) {
      const trip = newTrip();
      await http.book(trip);
      await send('/book', { ...trip, destination: 'Kepler-452 System' })(page);
    },
    fields: BOOKING_FIELDS,
    alerts: 1,
  },
  { title: 'trips, none', who: 'traveller', open: visit('/reservation') },
  {
    title: 'trips after a booking',
    who: 'traveller',
    open: (page) => send('/book', { ...newTrip() })(page),
    controls: ['cancel'],
    alerts: 1,
  },
  {
    title: 'trips of the past, of today, of tomorrow and in ten years',
    who: 'traveller',
    async open(page, { http, traveller }) {
      for (const days of [100, 110, 120, 3650]) {
        await http.book(aTrip({ departure_date: daysAhead(days), return_date: daysAhead(days + 3) }));
      }
      await shiftTrips(traveller, [
        [daysAhead(100), daysAhead(-20)],
        [daysAhead(110), daysAhead(-1)],
        [daysAhead(120), daysAhead(1)],
      ]);
      await page.goto('/reservation');
    },
  },
  {
    title: 'trips after one was cancelled',
    who: 'traveller',
    async open(page, { http }) {
      await http.book(newTrip());
      await page.goto('/reservation');
      await follow(page, page.locator('[name=cancel]').first());
    },
    alerts: 1,
  },
  {
    title: 'trips after a cancellation was undone',
    who: 'traveller',
    async open(page, { http }) {
      await http.book(newTrip());
      await http.cancel();
      await page.goto('/reservation');
      await follow(page, page.locator('[name=undo]'));
    },
    controls: ['cancel'],
    alerts: 1,
  },
  {
    title: 'a cancellation that cannot be undone, as the place has gone',
    who: 'traveller',
    async open(page, { http }) {
      const trip = newTrip();
      await http.book(trip);
      await http.cancel();
      await fill(trip);
      await page.goto('/reservation');
      await follow(page, page.locator('[name=undo]'));
    },
    fields: BOOKING_FIELDS,
    alerts: 1,
  },
  {
    title: 'the booking form for a departure that is full, with the waiting list',
    who: 'traveller',
    async open(page) {
      const trip = newTrip();
      await fill(trip);
      await page.goto(`/book?destination=trappist-1&departure=${trip.departure_date}`);
    },
    fields: BOOKING_FIELDS,
  },
  {
    title: 'trips with a place on the waiting list',
    who: 'traveller',
    async open(page) {
      const trip = newTrip();
      await fill(trip);
      await send('/book', { ...trip })(page);
      await follow(page, page.locator('[name=join]'));
    },
    controls: ['leave'],
    alerts: 1,
  },
  {
    title: 'trips with an offer from the waiting list',
    who: 'traveller',
    async open(page, { http }) {
      const trip = newTrip();
      const [first] = await fill(trip);
      await http.post('/waitlist', await http.hiddenFields('/book'), { ...trip });
      await first?.cancel();
      await page.goto('/reservation');
    },
    controls: ['take', 'leave'],
  },
  {
    title: 'trips after the waiting list was left',
    who: 'traveller',
    async open(page, { http }) {
      const trip = newTrip();
      await fill(trip);
      await http.post('/waitlist', await http.hiddenFields('/book'), { ...trip });
      await page.goto('/reservation');
      await follow(page, page.locator('[name=leave]'));
    },
    alerts: 1,
  },
  { title: 'a ticket', who: 'traveller', open: ofTrip('ticket') },
  {
    title: 'the change of dates',
    who: 'traveller',
    open: ofTrip('change'),
    fields: ['departure_date', 'return_date', 'submit'],
  },
  {
    title: 'a change to dates that are none',
    who: 'traveller',
    async open(page, one) {
      await ofTrip('change')(page, one);
      await submitForm(page, { departure_date: '', return_date: daysAhead(1) });
    },
    fields: ['departure_date', 'return_date', 'submit'],
    alerts: 1,
  },
  {
    title: 'a change to a departure that is full',
    who: 'traveller',
    async open(page, one) {
      const full = newTrip();
      await fill(full);
      await ofTrip('change')(page, one);
      await submitForm(page, { departure_date: full.departure_date, return_date: full.return_date });
    },
    fields: ['departure_date', 'return_date', 'submit'],
    alerts: 1,
  },
  { title: 'the account', who: 'traveller', open: visit('/account'), fields: ACCOUNT_FIELDS },
  {
    title: 'a change of name that is refused',
    who: 'traveller',
    open: sendTo('/account', '/account/name', { name: 'see www.evil.example' }),
    fields: ACCOUNT_FIELDS,
    alerts: 1,
  },
  {
    title: 'a change of e-mail address with every mistake',
    who: 'traveller',
    open: sendTo('/account', '/account/email', { email_address: 'none', email_password: 'wrong' }),
    fields: ACCOUNT_FIELDS,
    alerts: 2,
  },
  {
    title: 'the account while an e-mail address waits to be confirmed',
    who: 'traveller',
    open: askForAddress,
    fields: ACCOUNT_FIELDS,
    alerts: 1,
  },
  { title: 'an e-mail address to confirm', who: 'traveller', open: openConfirmationLink, fields: ['submit'] },
  {
    title: 'a link to confirm that does not work any more',
    who: 'traveller',
    open: visit(`/account/email/confirm?token=${'A'.repeat(43)}`),
  },
  {
    title: 'a change of password with every mistake',
    who: 'traveller',
    open: sendTo('/account', '/account/password', { current_password: 'x', password: 'y', confirm_password: 'z' }),
    fields: ACCOUNT_FIELDS,
    alerts: 3,
  },
  {
    title: 'the account after its password was changed',
    who: 'traveller',
    open: (page, { traveller }) => {
      const next = { password: 'another giraffe', confirm_password: 'another giraffe' };
      return sendTo('/account', '/account/password', { current_password: traveller.password, ...next })(page);
    },
    fields: ACCOUNT_FIELDS,
    alerts: 1,
  },
  {
    title: 'the account that is not deleted with a wrong password',
    who: 'traveller',
    open: sendTo('/account', '/account/delete', { delete_password: 'wrong' }),
    fields: ACCOUNT_FIELDS,
    alerts: 1,
  },
  {
    title: 'a method that an address does not have',
    who: 'traveller',
    async open(page) {
      await page.goto('/about');
      await page.evaluate(() => {
        const form = document.querySelector('form');
        form?.setAttribute('action', '/about');
        form?.submit();
      });
      await page.getByRole('heading', { name: 'That does not work here' }).waitFor();
    },
  },
  { title: 'the address of a form, asked for without one', who: 'traveller', open: visit('/account/password') },
  { title: 'an address that cannot be read', who: 'traveller', open: visit('/reservation/%/ticket') },
  { title: 'somebody else’s trip', who: 'traveller', open: visit('/reservation/AAAAAAAA/ticket') },
  { title: 'the page to log out', who: 'traveller', open: visit('/logout') },
  {
    title: 'the landing page after logging out',
    who: 'traveller',
    async open(page) {
      await page.goto('/home');
      await follow(page, page.locator('[name=logout]').first());
    },
    then: 'visitor',
    alerts: 1,
  },
];

let trips = 0;

/** To a departure of its own for each state, in a year that no other test comes to. */
function newTrip(): Trip {
  trips += 1;
  return aTrip({ departure_date: daysAhead(3_000 + trips), return_date: daysAhead(3_010 + trips) });
}

/** Others take places of a departure: all of them, unless told how many. */
function fill(trip: Trip, places?: number): Promise<HttpTraveller[]> {
  return fillDeparture(world().url, trip, places);
}

/** A page about a trip of the traveller's. */
function ofTrip(name: string) {
  return async (page: Page, { http }: SignedUp) => {
    await http.book(newTrip());
    await page.goto('/reservation');
    const link = page.locator(`main a[href$="/${name}"]`).first();
    await page.goto((await link.getAttribute('href')) ?? '');
  };
}

/** Time goes by: trips that were booked for one day depart on another. */
async function shiftTrips({ username }: Traveller, days: readonly (readonly [string, string])[]): Promise<void> {
  for (const [from, to] of days) {
    await world().sql(
      "INSERT IGNORE INTO departure (destination_id, departure_date, capacity, booked) VALUES ('trappist-1', ?, 5, 0)",
      [to],
    );
    await world().sql(
      `UPDATE booking SET return_date = ? + INTERVAL DATEDIFF(return_date, departure_date) DAY, departure_date = ?
       WHERE departure_date = ? AND traveller_id = (SELECT id FROM traveller WHERE username = ?)`,
      [to, to, from, username],
    );
  }
}
