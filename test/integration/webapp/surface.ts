import { createHash } from 'node:crypto';
import { loadCommonPasswords } from '../../../webapp/accounts/common-passwords.ts';
import { newPasswordOf } from '../../../webapp/accounts/forms.ts';
import { newLinkToken } from '../../../webapp/accounts/link-token.ts';
import { nameError, newPasswordErrors, registrationErrors, type Registration } from '../../../webapp/accounts/rules.ts';
import { emailError } from '../../../webapp/mail/address.ts';
import { earliestDeparture } from '../../../webapp/bookings/dates.ts';
import { DEFAULT_DESTINATIONS } from '../../../webapp/bookings/destinations.ts';
import { checkBookingForm, checkDates } from '../../../webapp/bookings/rules.ts';
import type { WebClient } from './web-client.ts';
import { aTrip, PASSWORD, type TestApp } from './world.ts';

/** What rules see of a form: one line for each field, the empty string where it was missing, repeated or no text. */
export type Seen = Readonly<Record<string, string>>;

/** One form of a page, and what must become of whatever is sent with it. */
export interface FormEntry {
  /** Where the form stands; `:reference` is a trip of the traveller's. */
  readonly page: string;
  readonly action: string;
  readonly who: 'visitor' | 'traveller';
  /** What the visitor did before, for whom the form is there. */
  readonly before?: (client: WebClient, app: TestApp) => Promise<void>;
  /** Takes back what forms before it made, where only one may have it (a username): random texts come twice now and then. */
  readonly forget?: (app: TestApp) => Promise<unknown>;
  /** A sound form, new each time, but for hidden fields that the page fills in. */
  readonly fields: () => Seen;
  /** Hidden fields beside `_csrf` and buttons that carry a value: whatever is in them, the form is as good as before. */
  readonly carried?: readonly string[];
  /** What the rules say of it: messages in the order of the page; none where it is to be accepted. */
  readonly messages: (seen: Seen) => readonly string[];
  /** Statuses of a form that the rules accept: 303, and 409 where what it asks for may be gone. */
  readonly accepted: readonly number[];
}

const DESTINATIONS = DEFAULT_DESTINATIONS.map((destination) => ({ ...destination, capacity: 5 }));
const RULES = { minimumLength: 8, isCommon: loadCommonPasswords() };
const FREE = { username: false, emailAddress: false };
const REQUIRED = 'This field is required.';
const WRONG_PASSWORD = 'This is not your password.';

const earliest = () => earliestDeparture(new Date());
const nfc = (text = '') => text.normalize('NFC');
const line = (text?: string) => nfc(text).trim();

/** All places to TRAPPIST-1 on this day are taken before the tests. */
export const FULL_DAY = '2034-03-03';

let count = 0;

/** Every form of the application. A new one is an entry here; a test compares this list with the pages and the routes. */
export const forms: readonly FormEntry[] = [
  {
    page: '/register',
    action: '/register',
    who: 'visitor',
    fields: () => {
      const username = `surface-${process.pid}-${++count}`;
      return {
        username,
        name: 'Ada',
        email_address: `${username}@example.com`,
        password: PASSWORD,
        confirm_password: PASSWORD,
      };
    },
    forget: (app) => app.rows("DELETE FROM traveller WHERE username NOT LIKE 'traveller-%'"),
    messages: (seen) => Object.values(registrationErrors(registrationOf(seen), FREE, RULES)),
    accepted: [303],
  },
  {
    page: '/login',
    action: '/login',
    who: 'visitor',
    fields: () => ({ username: 'nobody-at-all', password: 'not the password' }),
    carried: ['next'],
    messages: ({ username, password }) => {
      const missing = [line(username), nfc(password)].filter((text) => text === '').map(() => REQUIRED);
      return missing.length > 0 ? missing : ['Username and password do not match. Please try again.'];
    },
    accepted: [],
  },
  {
    page: '/forgotten-password',
    action: '/forgotten-password',
    who: 'visitor',
    fields: () => ({ email_address: `surface-${process.pid}-${++count}@example.com` }),
    messages: ({ email_address }) => [emailError(line(email_address))].filter((message) => message !== undefined),
    accepted: [303],
  },
  {
    page: '/reset-password',
    action: '/reset-password',
    who: 'visitor',
    async before(client, app) {
      const token = newLinkToken();
      const hash = createHash('sha256').update(token).digest();
      await app.rows("INSERT INTO password_reset VALUES (?, 4000000000, '9999-12-31')", [hash]);
      client.cookies.set('test-reset', token);
    },
    // never two that are equal and long enough, or the next row would find the link used
    fields: () => ({ username: 'somebody', password: 'short', confirm_password: 'other' }),
    messages: (seen) => Object.values(newPasswordErrors(newPasswordOf(seen), RULES)),
    accepted: [],
  },
  { page: '/logout', action: '/logout', who: 'traveller', fields: () => ({}), messages: () => [], accepted: [303] },
  {
    page: '/book',
    action: '/book',
    who: 'traveller',
    fields: () => aTrip(),
    carried: ['form_key', 'alternative'],
    messages: bookingMessages,
    accepted: [303, 409],
  },
  {
    // offered for a departure that is full
    page: `/book?destination=trappist-1&departure=${FULL_DAY}`,
    action: '/waitlist',
    who: 'traveller',
    fields: () => aTrip({ departure_date: FULL_DAY, return_date: '2034-03-30' }),
    carried: ['form_key', 'alternative'],
    messages: bookingMessages,
    accepted: [303, 409],
  },
  {
    page: '/reservation/:reference/change',
    action: '/reservation/:reference/change',
    who: 'traveller',
    fields: () => ({ departure_date: '2033-03-03', return_date: '2033-03-30' }),
    messages: ({ departure_date, return_date }) => {
      const form = { departureDate: line(departure_date), returnDate: line(return_date) };
      return Object.values(checkDates(form, earliest()).errors ?? {});
    },
    accepted: [303, 409],
  },
  {
    page: '/reservation',
    action: '/reservation',
    who: 'traveller',
    fields: () => ({ booking: 'NOTATRIP' }),
    messages: () => [],
    accepted: [303],
  },
  {
    page: '/reservation',
    action: '/reservation/undo',
    who: 'traveller',
    fields: () => ({ booking: 'NOTATRIP' }),
    messages: () => [],
    accepted: [303],
  },
  ...['/waitlist/take', '/waitlist/leave'].map((action) => ({
    page: '/reservation',
    action,
    who: 'traveller' as const,
    fields: () => ({ entry: 'NOTATRIP' }),
    messages: () => [],
    accepted: [303],
  })),
  {
    page: '/account',
    action: '/account/name',
    who: 'traveller',
    fields: () => ({ name: 'Ada King' }),
    messages: ({ name }) => [nameError(line(name))].filter((message) => message !== undefined),
    accepted: [303],
  },
  {
    page: '/account',
    action: '/account/email',
    who: 'traveller',
    fields: () => ({ email_address: `surface-${process.pid}-${++count}@example.com`, email_password: 'wrong' }),
    messages: ({ email_address }) =>
      [emailError(line(email_address)), WRONG_PASSWORD].filter((message) => message !== undefined),
    accepted: [],
  },
  {
    page: '/account/email/confirm',
    action: '/account/email/confirm',
    who: 'traveller',
    async before(client, app) {
      const { username } = JSON.parse((await client.get('/account/data')).text) as { username: string };
      const token = newLinkToken();
      await app.rows(
        "REPLACE INTO email_change (traveller_id, token_hash, email_address, expires_at) SELECT id, ?, ?, '9999-12-31' FROM traveller WHERE username = ?",
        [createHash('sha256').update(token).digest(), `surface-${process.pid}-${++count}@example.com`, username],
      );
      client.cookies.set('test-confirm', token);
    },
    fields: () => ({}),
    messages: () => [],
    accepted: [],
  },
  {
    page: '/account',
    action: '/account/password',
    who: 'traveller',
    // never the traveller's own password, or the next row would find another account
    fields: () => ({ current_password: 'wrong', password: PASSWORD, confirm_password: PASSWORD }),
    messages: ({ password, confirm_password }) => {
      const seen = { ...aRegistration, password: nfc(password), confirmPassword: nfc(confirm_password) };
      return [WRONG_PASSWORD, ...Object.values(registrationErrors(seen, FREE, RULES))];
    },
    accepted: [],
  },
  {
    page: '/account',
    action: '/account/sessions',
    who: 'traveller',
    fields: () => ({}),
    messages: () => [],
    accepted: [303],
  },
  {
    page: '/account',
    action: '/account/delete',
    who: 'traveller',
    fields: () => ({ delete_password: 'wrong' }),
    messages: () => [WRONG_PASSWORD],
    accepted: [],
  },
];

function bookingMessages(seen: Seen): readonly string[] {
  const form = {
    age: line(seen.age),
    previousExperience: seen.previous_experience ?? '',
    destination: DESTINATIONS.find(({ name }) => name === seen.destination),
    departureDate: line(seen.departure_date),
    returnDate: line(seen.return_date),
    blackholeVisit: seen.blackhole_visit ?? '',
    formKey: '',
  };
  return Object.values(checkBookingForm(form, earliest()).errors ?? {});
}

const aRegistration: Registration = {
  username: 'a traveller',
  name: 'Ada',
  emailAddress: 'ada@example.com',
  password: PASSWORD,
  confirmPassword: PASSWORD,
};

function registrationOf(seen: Seen): Registration {
  return {
    username: line(seen.username),
    name: line(seen.name),
    emailAddress: line(seen.email_address),
    password: nfc(seen.password),
    confirmPassword: nfc(seen.confirm_password),
  };
}

/** Something that a field can hold, and what the rules see of it; `undefined` where that is up to how bytes are read. */
export interface Payload {
  readonly title: string;
  /** The part of a form that stands for the field, as it is sent. */
  readonly sent: (field: string) => string;
  readonly seen: string | undefined;
}

export function textPayload(title: string, text: string): Payload {
  return { title, sent: (field) => new URLSearchParams({ [field]: text }).toString(), seen: text };
}

function rawPayload(title: string, sent: (field: string) => string, seen?: string): Payload {
  return { title, sent, seen };
}

/** All that the Big List of Naughty Strings and its like are about, one of each kind. */
export const payloads: readonly Payload[] = [
  rawPayload('missing', () => '', ''),
  textPayload('empty', ''),
  textPayload('blanks', ' \t\u00a0\u3000'),
  textPayload('10,000 characters', 'a'.repeat(10_000)),
  textPayload('2,000 emoji', '💥'.repeat(1000)),
  rawPayload('repeated', (field) => `${field}=one&${field}=two`, ''),
  rawPayload('an array', (field) => `${field}[]=one`, ''),
  rawPayload('an array by index', (field) => `${field}[0]=one&${field}[1]=two`, ''),
  rawPayload('an object', (field) => `${field}[x]=one`, ''),
  rawPayload('a prototype', (field) => `${field}[__proto__][x]=1&__proto__[${field}]=1&constructor=1`, ''),
  rawPayload('only a name', (field) => field, ''),
  textPayload('a zero byte', 'before\0after'),
  textPayload('control characters', 'line\r\nSet-Cookie: a=b\u001b[31m\u0007'),
  textPayload('combining characters', 'Z\u0351\u036b\u0343a\u0300\u0301\u0302\u0303\u0304'),
  textPayload('a decomposed accent', 'e\u0301milie e\u0301milie'),
  textPayload('right to left', '\u202eevil\u202c שלום عليكم'),
  textPayload('characters that are none', '\uffff\ufffe\ufdd0'),
  textPayload('invisible characters', '\u200b\u2060\ufeff'),
  textPayload('case that changes its length', 'İSTANBULİİ ßßß ŉŉŉ'),
  rawPayload('half a surrogate pair', (field) => `${field}=%ED%A0%80`),
  rawPayload('overlong UTF-8', (field) => `${field}=%C0%AF`),
  rawPayload('no UTF-8 at all', (field) => `${field}=%FF%FE`),
  rawPayload('a percent sign alone', (field) => `${field}=100%`),
  textPayload('SQL', "' OR '1'='1' -- "),
  textPayload('more SQL', `"; DROP TABLE booking; /* \\' `),
  textPayload('HTML', '<script>alert(1)</script>'),
  textPayload('HTML that leaves an attribute', `"><img src=x onerror=alert(1)>'`),
  textPayload('a template', '<%= 7 * 7 %>${7 * 7}{{7 * 7}}'),
  textPayload('a path', '../../../etc/passwd'),
  textPayload('a format', '%s%n%x$1$2'),
  textPayload('true', 'true'),
  textPayload('null', 'null'),
  textPayload('an object as text', '[object Object]'),
  textPayload('a name of every object', '__proto__'),
  textPayload('a number', '-1'),
  textPayload('a fraction', '18.5'),
  textPayload('a power', '1e2'),
  textPayload('a large number', '99999999999999999999'),
  textPayload('infinity', 'Infinity'),
  textPayload('no date', '2030-02-30'),
  textPayload('the year zero', '0000-00-00'),
  textPayload('the year ten thousand', '10000-01-01'),
  textPayload('the last day', '9999-12-31'),
  textPayload('a time', '2030-01-01T00:00:00Z'),
  textPayload('digits of another script', '٢٠٣٠-٠١-٠١'),
];
