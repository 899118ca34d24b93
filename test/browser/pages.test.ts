import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { axeFaults } from '../support/axe.ts';
import { HttpTraveller } from '../support/http-traveller.ts';
import { openPage, type WatchedPage, WIDTHS } from '../support/browser.ts';
import {
  alerts,
  aTraveller,
  aTrip,
  book,
  daysAhead,
  logIn,
  register,
  submitForm,
  type Traveller,
  type Trip,
} from '../support/traveller.ts';
import { openResetLink } from './reset-link.ts';
import { world } from './world.ts';

const ANONYMOUS = ['home', 'about', 'login', 'register'];
const SIGNED_IN = ['home', 'about', 'book', 'reservation', 'logout'];

interface View {
  readonly title: string;
  readonly signedIn?: true;
  readonly open: (page: Page) => Promise<unknown>;
  /** Names of links and buttons that are there and can be seen at every width. */
  readonly controls: readonly string[];
  /** Fields, each with its name as its id. */
  readonly fields?: readonly string[];
  readonly alerts?: number;
}

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

/** Every page, in every state in which it looks different. */
const views: readonly View[] = [
  { title: 'the landing page', open: (page) => page.goto('/'), controls: [...ANONYMOUS, 'get_started'] },
  { title: 'the page /home', open: (page) => page.goto('/home'), controls: [...ANONYMOUS, 'get_started'] },
  { title: 'what this is', open: (page) => page.goto('/about'), controls: ANONYMOUS },
  {
    title: 'the registration',
    open: (page) => page.goto('/register'),
    controls: ANONYMOUS,
    fields: REGISTRATION_FIELDS,
  },
  {
    title: 'a refused registration',
    open: async (page) => {
      await page.goto('/register');
      await submitForm(page, { username: 'short', password: 'tiny' });
    },
    controls: ANONYMOUS,
    fields: REGISTRATION_FIELDS,
  },
  {
    title: 'the log-in',
    open: (page) => page.goto('/login'),
    controls: ANONYMOUS,
    fields: ['username', 'password', 'submit'],
  },
  {
    title: 'a refused log-in',
    open: async (page) => {
      await page.goto('/login');
      await submitForm(page, { username: 'nobody-at-all', password: 'wrong-password' });
    },
    controls: ANONYMOUS,
    fields: ['username', 'password', 'submit'],
  },
  {
    title: 'the log-in after a registration',
    open: (page) => register(page, aTraveller()),
    controls: ANONYMOUS,
    fields: ['username', 'password', 'submit'],
    alerts: 1,
  },
  {
    title: 'the page for a forgotten password',
    open: (page) => page.goto('/forgotten-password'),
    controls: ANONYMOUS,
    fields: ['email_address', 'submit'],
  },
  {
    title: 'a refused address for a forgotten password',
    open: async (page) => {
      await page.goto('/forgotten-password');
      await submitForm(page, { email_address: 'nobody' });
    },
    controls: ANONYMOUS,
    fields: ['email_address', 'submit'],
    alerts: 1,
  },
  {
    title: 'the choice of a new password',
    open: openResetLink,
    controls: ANONYMOUS,
    fields: ['password', 'confirm_password', 'submit'],
  },
  {
    title: 'a refused new password',
    open: async (page) => {
      await openResetLink(page);
      await submitForm(page, { password: 'short', confirm_password: 'other' });
    },
    controls: ANONYMOUS,
    fields: ['password', 'confirm_password', 'submit'],
    alerts: 2,
  },
  {
    title: 'a link that does not work any more',
    open: (page) => page.goto(`/reset-password?token=${'A'.repeat(43)}`),
    controls: ANONYMOUS,
  },
  { title: 'a page that is not there', open: (page) => page.goto('/nowhere'), controls: ANONYMOUS },
  {
    title: 'the landing page of a traveller',
    signedIn: true,
    open: (page) => page.goto('/home'),
    controls: [...SIGNED_IN, 'get_started'],
  },
  {
    title: 'the booking form',
    signedIn: true,
    open: (page) => page.goto('/book'),
    controls: SIGNED_IN,
    fields: BOOKING_FIELDS,
  },
  {
    title: 'a refused booking',
    signedIn: true,
    open: async (page) => {
      await page.goto('/book');
      await submitForm(page, { age: '3', departure_date: daysAhead(-1) });
    },
    controls: SIGNED_IN,
    fields: BOOKING_FIELDS,
  },
  { title: 'reservations, none', signedIn: true, open: (page) => page.goto('/reservation'), controls: SIGNED_IN },
  {
    title: 'reservations after a booking',
    signedIn: true,
    open: (page) => book(page, aTrip()),
    controls: [...SIGNED_IN, 'cancel'],
    alerts: 1,
  },
  {
    title: 'a booking whose departure is full',
    signedIn: true,
    open: async (page) => {
      const trip = aTrip({ departure_date: daysAhead(3_000), return_date: daysAhead(3_010) });
      await fill(trip);
      await page.goto('/book');
      await submitForm(page, { ...trip });
    },
    controls: SIGNED_IN,
    fields: BOOKING_FIELDS,
  },
  { title: 'the places left', open: (page) => page.goto('/departures'), controls: ANONYMOUS },
  { title: 'a ticket', signedIn: true, open: (page) => openTrip(page, 'ticket'), controls: [] },
  { title: 'the change of dates', signedIn: true, open: (page) => openTrip(page, 'change'), controls: SIGNED_IN },
  {
    title: 'the account',
    signedIn: true,
    open: (page) => page.goto('/account'),
    controls: SIGNED_IN,
    fields: ['password', 'confirm_password'],
  },
  { title: 'the page to log out', signedIn: true, open: (page) => page.goto('/logout'), controls: SIGNED_IN },
];

describe('the pages', () => {
  let traveller: Traveller;

  before(async () => {
    traveller = aTraveller();
    const { page, context } = await openPage(world().browser, world().url);
    await register(page, traveller);
    await context.close();
  });

  for (const view of views) {
    describe(view.title, () => {
      let watched: WatchedPage;
      let page: Page;

      before(async () => {
        watched = await openPage(world().browser, world().url);
        page = watched.page;
        if (view.signedIn) await logIn(page, traveller);
        await view.open(page);
      });

      after(() => watched.context.close());

      it('loads everything from its own host and raises no error', () => {
        expect(watched.faults).to.deep.equal([]);
      });

      it('has a title, a language, one main heading, and alerts as the only divs of its body', async () => {
        expect(await page.title()).to.match(/\w{3}/);
        expect(await page.locator('html').getAttribute('lang')).to.equal('en');
        expect(await page.locator('h1').count()).to.equal(1);
        const found = await alerts(page);
        if (view.alerts !== undefined) expect(found).to.have.length(view.alerts);
        expect(found.filter((text) => text === '')).to.deep.equal([]);
      });

      it('has its fields by name and id in forms that leave the messages to the server', async () => {
        for (const field of view.fields ?? []) {
          expect(await page.locator(`main [name="${field}"]`).count(), `name ${field}`).to.be.greaterThan(0);
          expect(await page.locator(`[id="${field}"]`).count(), `id ${field}`).to.equal(1);
        }
        expect(await page.locator('form:not([novalidate])').count()).to.equal(0);
      });

      for (const [width, viewport] of Object.entries(WIDTHS)) {
        it(`shows its links and buttons, ${width}, without scrolling sideways`, async () => {
          await page.setViewportSize(viewport);
          for (const name of view.controls) {
            expect(await page.locator(`[name="${name}"]`).first().isVisible(), name).to.equal(true);
          }
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(overflow).to.be.at.most(0);
        });

        for (const colorScheme of ['light', 'dark'] as const) {
          it(`has no accessibility fault that axe knows, ${width} and ${colorScheme}`, async () => {
            await page.setViewportSize(viewport);
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
            expect(await axeFaults(page)).to.deep.equal([]);
          });
        }
      }
    });
  }
});

describe('the content security policy', () => {
  it('stops a script in the page and a request to another host, and both are noticed', async () => {
    const { page, context, faults } = await openPage(world().browser, world().url);
    await page.goto('/');
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.body.append(script);
      return document.title === 'taken over';
    });
    const reached = await page.evaluate(() =>
      fetch('http://127.0.0.1:9/').then(
        () => true,
        () => false,
      ),
    );
    await context.close();
    expect({ ran, reached }).to.deep.equal({ ran: false, reached: false });
    expect(
      faults.filter((fault) => /Content Security Policy|content security policy/.test(fault)),
    ).to.have.length.at.least(2);
  });
});

describe('the navigation', () => {
  it('comes first in the document for every name that it holds', async () => {
    const { page, context } = await openPage(world().browser, world().url);
    await page.goto('/');
    for (const name of ANONYMOUS) {
      expect(
        await page
          .locator(`[name="${name}"]`)
          .first()
          .evaluate((link) => link.closest('nav') !== null),
        name,
      ).to.equal(true);
    }
    await context.close();
  });

  it('reaches the log-in by keyboard alone, and the form too', async () => {
    const traveller = aTraveller();
    const { page, context } = await openPage(world().browser, world().url);
    await register(page, traveller);
    await page.goto('/');
    await tabTo(page, 'login');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/login');
    await tabTo(page, 'username');
    await page.keyboard.type(traveller.username);
    await tabTo(page, 'password');
    await page.keyboard.type(traveller.password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/home');
    await context.close();
  });
});

/** Takes all places of a departure. */
async function fill(trip: Trip): Promise<void> {
  for (let place = 1; place <= 5; place += 1) {
    const other = new HttpTraveller(world().url);
    await other.signUp(aTraveller());
    await other.book(trip);
  }
}

/** A page about a trip of the traveller's, booked for it where there is none. */
async function openTrip(page: Page, name: string): Promise<void> {
  await page.goto('/reservation');
  if ((await page.locator('[name=cancel]').count()) === 0) await book(page, aTrip());
  const link = page.locator(`main a[href$="/${name}"]`).first();
  await page.goto((await link.getAttribute('href')) ?? '');
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(() => document.activeElement?.getAttribute('name'))) === name) return;
  }
  throw new Error(`the Tab key does not reach ${name}`);
}
