import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openPage, type WatchedPage, WIDTHS } from '../support/browser.ts';
import { fillDeparture, type HttpTraveller } from '../support/http-traveller.ts';
import {
  alerts,
  aTraveller,
  aTrip,
  book,
  daysAhead,
  follow,
  logIn,
  register,
  type Trip,
} from '../support/traveller.ts';
import { world } from './world.ts';

const NO_SCRIPTS = { javaScriptEnabled: false };
const ways: readonly (readonly [string, BrowserContextOptions])[] = [
  ['without JavaScript', NO_SCRIPTS],
  ['without JavaScript on a telephone', { ...NO_SCRIPTS, viewport: WIDTHS.narrow, hasTouch: true }],
];

let ahead = 4_000;

for (const [way, options] of ways) {
  describe(`a traveller who waits, ${way}`, () => {
    let watched: WatchedPage;
    let page: Page;
    let trip: Trip;
    let others: readonly HttpTraveller[];

    beforeEach(async () => {
      ahead += 50;
      trip = aTrip({ departure_date: daysAhead(ahead), return_date: daysAhead(ahead + 9) });
      others = await fillDeparture(world().url, trip);
      watched = await openPage(world().browser, world().url, options);
      page = watched.page;
      const traveller = aTraveller();
      await register(page, traveller);
      await logIn(page, traveller);
    });

    afterEach(async () => {
      await watched.context.close();
      expect(watched.faults).to.deep.equal([]);
    });

    const trips = () => page.locator('main').innerText();

    it('goes from the full day of the calendar to the list, gets a place that becomes free, and takes it', async () => {
      await page.goto(`/departures?destination=trappist-1&month=${trip.departure_date.slice(0, 7)}`);
      await click(page, `a[href*="departure=${trip.departure_date}"]`);
      await page.waitForURL('**/book?*');
      await page.locator('#age').fill(trip.age);
      await page.locator('#return_date').fill(trip.return_date);
      await click(page, '[name=join]');
      await page.waitForURL('**/reservation');
      expect((await alerts(page))[0]).to.include('You are on the waiting list for TRAPPIST-1 System');
      expect(await trips()).to.include('You are next in line.');
      await others[0]?.cancel();
      await page.reload();
      expect(await trips()).to.include('A place is kept for you until');
      await click(page, '[name=take]');
      await page.waitForURL('**/reservation');
      expect((await alerts(page))[0]).to.include('Your vacation has been booked');
      expect(await page.locator('[name=cancel]').count()).to.equal(1);
    });

    it('waits no longer when they say so', async () => {
      await page.goto(`/book?destination=trappist-1&departure=${trip.departure_date}&return=${trip.return_date}`);
      await page.locator('#age').fill(trip.age);
      await click(page, '[name=join]');
      await page.waitForURL('**/reservation');
      await click(page, '[name=leave]');
      await page.waitForURL('**/reservation');
      expect((await alerts(page))[0]).to.include('You do not wait for TRAPPIST-1 System');
      expect(await page.locator('[name=leave]').count()).to.equal(0);
    });

    it('cancels a trip and takes that back', async () => {
      await book(page, aTrip({ departure_date: daysAhead(ahead + 1), return_date: daysAhead(ahead + 2) }));
      await click(page, '[name=cancel]');
      await page.waitForURL('**/reservation');
      expect(await page.locator('[name=cancel]').count()).to.equal(0);
      await click(page, '[name=undo]');
      await page.waitForURL('**/reservation');
      expect((await alerts(page))[0]).to.match(/^Success! Your trip to TRAPPIST-1 System on .* is on again\.$/);
      expect(await page.locator('[name=cancel]').count()).to.equal(1);
    });
  });
}

describe('the Enter key in a form that offers other days', () => {
  it('sends the form as it is', async () => {
    const trip = aTrip({ departure_date: daysAhead(5_000), return_date: daysAhead(5_009) });
    await fillDeparture(world().url, trip);
    const { page, context } = await openPage(world().browser, world().url);
    const traveller = aTraveller();
    await register(page, traveller);
    await logIn(page, traveller);
    await page.goto(`/book?destination=trappist-1&departure=${trip.departure_date}&return=${trip.return_date}`);
    for (let times = 0; times < 2; times += 1) {
      await page.locator('#age').fill(trip.age);
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.locator('#age').press('Enter');
      expect((await answered).status()).to.equal(409);
    }
    expect(await page.locator('[name=alternative]').count()).to.equal(3);
    await context.close();
  });
});

function click(page: Page, selector: string): Promise<void> {
  return follow(page, page.locator(selector).first());
}
