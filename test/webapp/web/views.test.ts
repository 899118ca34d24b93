import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ejs from 'ejs';
import type { StoredBooking } from '../../../webapp/bookings/booking-store.ts';
import { calendarOf } from '../../../webapp/bookings/calendar.ts';
import { newBookingForm } from '../../../webapp/bookings/forms.ts';
import { bookingPage, changePage, departuresPage, tripCards, undoCards } from '../../../webapp/bookings/view.ts';
import { htmlName } from '../../../webapp/web/form.ts';
import { waitingCards } from '../../../webapp/waitlist/view.ts';

const NOW = new Date('2030-01-01');
const SOURCES = new URL('../../../webapp/views/', import.meta.url);

const rendered = (name: string, page: object) =>
  ejs.renderFile(fileURLToPath(new URL(`${name}.ejs`, SOURCES)), page, { cache: true });

function aPage(overrides: object = {}): object {
  return {
    title: 'Title',
    path: '/home',
    traveller: undefined,
    isTravellerKnown: true,
    errors: {},
    labels: {},
    alerts: [],
    values: {},
    asset: (name: string) => `/${name}`,
    csrfToken: () => 'token',
    visitorToken: () => 'token',
    takeFlash: () => [],
    htmlName,
    ...overrides,
  };
}

const VEGA = { id: 'vega', name: '<Vega>', capacity: 1 };
const STORED: StoredBooking = {
  id: 1,
  reference: 'ABCD2345',
  travellerId: 1,
  destinationId: 'vega',
  destinationName: '<Vega>',
  departureDate: '2030-02-01',
  returnDate: '2030-02-02',
  age: 33,
  previousExperience: true,
  blackholeVisit: false,
  sequence: 0,
  changedAt: new Date('2029-01-01T00:00:00Z'),
  cancelledAt: null,
};
const OFFERED = {
  ...STORED,
  joinedAt: NOW,
  offeredUntil: new Date('2030-01-15T14:00:00Z'),
  lapsedAt: null,
  position: 1,
};
const BOOKING = {
  ...bookingPage(
    newBookingForm({}, [VEGA], '2030-01-01'),
    [VEGA],
    calendarOf(VEGA, '2030-01', new Map([['2030-01-03', 1]]), ''),
    '',
    {
      alternatives: ['2030-01-02'],
      waitFor: '2030-01-03',
    },
  ),
};

describe('Views', () => {
  const traveller = { id: 1, username: 'ada', name: 'Ada' };
  const pages: [string, object][] = [
    ['home', { destinations: [{ id: 'vega', name: '<Vega>', capacity: 1 }] }],
    ['about', { destinations: [{ id: 'vega', name: '<Vega>', capacity: 1 }] }],
    ['login', { byMail: false, next: undefined }],
    ['register', { minimumPasswordLength: 8 }],
    ['logout', {}],
    [
      'account',
      {
        traveller: { username: '<first>', name: '<text>' },
        waiting: { emailAddress: '<first>', until: '<text>' },
        minimumPasswordLength: 8,
      },
    ],
    ['confirm-email', { username: '<first>', emailAddress: '<text>' }],
    ['confirm-expired', {}],
    ['book', BOOKING],
    ['departures', departuresPage(BOOKING.calendar, [VEGA], '/departures')],
    ['reservation', { trips: tripCards([STORED], [VEGA], NOW), cancelled: [], undoMinutes: 10, waiting: [] }],
    [
      'reservation',
      { trips: [], cancelled: undoCards([STORED]), undoMinutes: 10, waiting: waitingCards([OFFERED], [VEGA], NOW) },
    ],
    ['reset-password', { minimumPasswordLength: 8, username: '<first>' }],
    ['ticket', { trip: tripCards([STORED], [VEGA], NOW)[0], name: '<first>' }],
    ['change', changePage(STORED, STORED, '2030-01-01')],
    ['error', { status: 404, text: '<text>', canRetry: false }],
  ];

  for (const [name, model] of pages) {
    it(`${name}: escapes what it shows, and only alerts are <div>s of the body`, async () => {
      const alerts = [
        { kind: 'danger', text: '<first>', field: 'age', label: 'Age' },
        { kind: 'success', text: 'second' },
      ];
      for (const who of [undefined, traveller]) {
        const html = await rendered(name, aPage({ traveller: who, ...model, alerts }));
        expect(html).to.not.match(/<first>|<Vega>|<text>/);
        const [head = '', main = ''] = html.split('<main');
        expect(head.match(/<div/g)).to.have.length(2);
        expect(head).to.match(/<div class="alert alert-danger"[^]*&lt;first&gt;[^]*<div class="alert alert-success"/);
        expect(main.split('</main>')[1]).to.not.include('<div');
      }
    });

    it(`${name}: has each name of the navigation first in the navigation, and all of them without a menu to open`, async () => {
      for (const [who, names] of [
        ...(name === 'account' ? [] : ([[undefined, ['home', 'about', 'book', 'login', 'register']]] as const)),
        [traveller, ['home', 'about', 'book', 'reservation', 'logout']],
      ] as const) {
        const html = await rendered(name, aPage({ traveller: who, ...model }));
        const [nav = ''] = html.split('</nav>');
        for (const link of names) expect(nav.split(`name="${link}"`), link).to.have.length(2);
        expect(html)
          .to.not.include('<script')
          .and.not.match(/ style=| on[a-z]+=/);
        const forms = html.match(/<form[^>]* method="post"/g)?.length ?? 0;
        expect(html.split('name="_csrf" value="token"')).to.have.length(forms + 1);
      }
    });
  }

  it('forms have the ids and names that were always theirs, and leave the checking to the server', async () => {
    const fields: [string, object, readonly string[]][] = [
      [
        'register',
        { minimumPasswordLength: 8 },
        ['username', 'name', 'email_address', 'password', 'confirm_password', 'submit'],
      ],
      ['login', { byMail: false, next: undefined }, ['username', 'password', 'submit']],
      [
        'book',
        BOOKING,
        ['age', 'previous_experience', 'destination', 'departure_date', 'return_date', 'blackhole_visit', 'submit'],
      ],
    ];
    for (const [name, model, ids] of fields) {
      const html = await rendered(name, aPage(model));
      for (const id of ids) expect(html).to.match(new RegExp(`id="${id}" name="${id}"`));
      expect(html).to.match(/<form class="panel"[^>]* method="post" action="\/\w+" novalidate>/);
    }
  });
});
