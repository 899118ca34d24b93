import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openPage, type WatchedPage, WIDTHS } from '../support/browser.ts';
import { fillDeparture } from '../support/http-traveller.ts';
import {
  alerts,
  aTraveller,
  aTrip,
  book,
  daysAhead,
  follow,
  logIn,
  register,
  submitForm,
} from '../support/traveller.ts';
import { world } from './world.ts';

const ways: readonly (readonly [string, BrowserContextOptions])[] = [
  ['with JavaScript', { javaScriptEnabled: true }],
  ['without JavaScript', { javaScriptEnabled: false }],
  ['on a telephone', { viewport: WIDTHS.narrow, hasTouch: true }],
];

/** Days ahead of departures that are filled, each once. */
let filled = 200;

for (const [way, options] of ways) {
  describe(`a traveller ${way}`, () => {
    let watched: WatchedPage;
    let page: Page;

    beforeEach(async () => {
      watched = await openPage(world().browser, world().url, options);
      page = watched.page;
    });

    afterEach(async () => {
      await watched.context.close();
      expect(watched.faults).to.deep.equal([]);
    });

    it('registers, logs in, books, sees the trip, cancels it and logs out', async () => {
      const traveller = aTraveller();
      await page.goto('/');
      await follow(page, page.locator('[name=get_started]').first());
      await follow(page, page.locator('[name=register]').first());
      await page.waitForURL('**/register');
      await submitForm(page, { ...traveller, confirm_password: traveller.password });
      await page.waitForURL('**/login');
      expect((await alerts(page))[0]).to.match(/^Success/);

      await submitForm(page, { username: traveller.username, password: traveller.password });
      await page.waitForURL('**/home');
      expect((await alerts(page))[0]).to.contain('Success! You are logged in');

      await follow(page, page.locator('[name=book]').first());
      await page.waitForURL('**/book');
      await submitForm(page, { ...aTrip() });
      await page.waitForURL('**/reservation');
      expect((await alerts(page))[0]).to.contain('Your vacation has been booked');
      expect(await page.locator('main').innerText()).to.contain('TRAPPIST-1 System');

      await follow(page, page.locator('[name=cancel]').first());
      await page.waitForURL('**/reservation');
      expect(await page.locator('[name=cancel]').count()).to.equal(0);

      await follow(page, page.locator('[name=logout]').first());
      await page.waitForURL('**/home');
      expect(await page.locator('[name=login]').count()).to.be.greaterThan(0);
    });

    if (options.hasTouch) return;

    it('is brought to the page that was asked for after logging in', async () => {
      const traveller = aTraveller();
      await register(page, traveller);
      await page.goto('/book');
      await page.waitForURL('**/login*');
      await submitForm(page, { username: traveller.username, password: traveller.password });
      await page.waitForURL('**/book');
    });

    it('logs out on the page that a link to /logout leads to', async () => {
      const traveller = aTraveller();
      await register(page, traveller);
      await logIn(page, traveller);
      await page.goto('/logout');
      await follow(page, page.locator('main').getByRole('button').first());
      await page.waitForURL('**/home');
      await page.goto('/reservation');
      await page.waitForURL('**/login*');
    });

    it('is told everything that is wrong with a registration at once', async () => {
      await page.goto('/register');
      await submitForm(page, {
        username: 'short',
        name: 'Ellie Arroway',
        email_address: 'nobody@example.com',
        password: 'tiny',
        confirm_password: 'other',
      });
      await expectMessages(page, {
        username: 'Field must be between 8 and 30 characters long.',
        password: 'Field must be at least 6 characters long.',
        confirm_password: 'Field must be equal to password.',
      });
      expect(await page.locator('main [name=name]').inputValue()).to.equal('Ellie Arroway');
      expect(await page.locator('main [name=password]').inputValue()).to.equal('');
    });

    it('is told which username and address are taken', async () => {
      const traveller = aTraveller();
      await register(page, traveller);
      await page.goto('/register');
      await submitForm(page, {
        ...traveller,
        username: traveller.username.toUpperCase(),
        confirm_password: traveller.password,
      });
      await expectMessages(page, { username: 'Username already exists', email_address: 'Email already in use.' });
    });

    it('is told everything that is wrong with a booking at once, and finds the form as it was', async () => {
      const traveller = aTraveller();
      await register(page, traveller);
      await logIn(page, traveller);
      await page.goto('/book');
      const trip = aTrip({ age: '17', departure_date: daysAhead(-2), blackhole_visit: 'Yes' });
      await submitForm(page, { ...trip });
      await expectMessages(page, {
        age: 'You cannot book an interstellar vacation with that age',
        departure_date: "Travelling through time yet isn't possible",
      });
      expect(await page.locator('main [name=age]').inputValue()).to.equal('17');
      expect(await page.locator('#departure_date').inputValue()).to.equal(trip.departure_date);
      expect(await page.locator('main [name=return_date]').inputValue()).to.equal(trip.return_date);
    });

    it('books a second trip, but none that overlaps the first', async () => {
      const traveller = aTraveller();
      await register(page, traveller);
      await logIn(page, traveller);
      await book(page, aTrip());
      await book(page, aTrip({ departure_date: daysAhead(60), return_date: daysAhead(70) }));
      expect(await page.locator('[name=cancel]').count()).to.equal(2);

      await page.goto('/book');
      await submitForm(page, { ...aTrip({ destination: 'Kepler-452 System', departure_date: daysAhead(40) }) });
      expect(await alerts(page)).to.have.length.greaterThan(0);
      await page.goto('/reservation');
      expect(await page.locator('[name=cancel]').count()).to.equal(2);
    });

    it('is told when the last place has gone, and finds the form as it was', async () => {
      const departure = {
        destination: 'Kepler-1649 System',
        departure_date: daysAhead((filled += 1)),
      };
      const trip = aTrip({ ...departure, return_date: daysAhead(6_000) });
      await fillDeparture(world().url, trip);

      const traveller = aTraveller();
      await register(page, traveller);
      await logIn(page, traveller);
      await page.goto('/book');
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await submitForm(page, { ...trip });
      expect((await answered).status()).to.equal(409);
      expect(await page.locator('#departure_date').inputValue()).to.equal(trip.departure_date);
      expect(await page.locator('#destination').inputValue()).to.equal(trip.destination);
      expect(await alerts(page)).to.have.length.greaterThan(0);
    });
  });
}

/** Each message stands at the top, in an alert, and at its field, which points to it. */
async function expectMessages(page: Page, messages: Readonly<Record<string, string>>): Promise<void> {
  const top = await alerts(page);
  for (const [name, message] of Object.entries(messages)) {
    expect(
      top.filter((text) => text.includes(message)),
      `alert: ${message}`,
    ).to.have.length(1);
    const field = page.locator(`main [name="${name}"]`).first();
    expect(await field.getAttribute('aria-invalid'), `aria-invalid of ${name}`).to.equal('true');
    const descriptions = ((await field.getAttribute('aria-describedby')) ?? '').split(' ').filter((id) => id !== '');
    const texts = await Promise.all(descriptions.map((id) => page.locator(`[id="${id}"]`).innerText()));
    expect(texts.join(' '), `at ${name}`).to.contain(message);
  }
}
