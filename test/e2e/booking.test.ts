import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { openPage, type WatchedPage } from '../support/browser.ts';
import { eventually } from '../support/kubectl.ts';
import { alerts, aTraveller, aTrip, book, daysAhead, follow, logIn, register } from '../support/traveller.ts';
import { appUrl, ensureApp, isReady, NAMESPACE, pods, readyApp, world } from './world.ts';

describe('a traveller whose pages come from pods', () => {
  const traveller = aTraveller();
  let watched: WatchedPage;
  let page: Page;

  before(async () => {
    await ensureApp();
    watched = await openPage(world().browser, await appUrl());
    page = watched.page;
  });

  after(() => watched.context.close());

  it('registers, logs in, books, sees the trip and cancels it', async () => {
    await register(page, traveller);
    await logIn(page, traveller);
    await book(page, aTrip());
    expect((await alerts(page))[0]).to.contain('Your vacation has been booked');
    expect(await page.locator('main').innerText()).to.contain('TRAPPIST-1 System');
    await follow(page, page.locator('[name=cancel]').first());
    await page.waitForURL('**/reservation');
    expect(await page.locator('[name=cancel]').count()).to.equal(0);
    expect(watched.faults).to.deep.equal([]);
  });

  it('stays logged in, and keeps the booking, when a web pod is deleted', async () => {
    await book(
      page,
      aTrip({ destination: 'Kepler-452 System', departure_date: daysAhead(90), return_date: daysAhead(99) }),
    );
    const [first] = await pods('web');
    await deletePod(first?.metadata.name);
    expect(await reservations()).to.contain('Kepler-452 System');
    await eventually(
      'two web pods are ready again',
      90_000,
      () => pods('web'),
      (found) => found.filter(isReady).length === 2,
    );
    expect(await reservations()).to.contain('Kepler-452 System');
  });

  it('finds the booking again when the MySQL pod was deleted', async () => {
    const [first] = await pods('mysql');
    await deletePod(first?.metadata.name);
    await eventually(
      'another MySQL pod is ready',
      120_000,
      () => pods('mysql'),
      (found) => found.some((pod) => isReady(pod) && pod.metadata.uid !== first?.metadata.uid),
    );
    await readyApp();
    const shown = await eventually('the reservations are shown', 30_000, reservations, (text) =>
      text.includes('Kepler'),
    );
    expect(shown).to.contain('Kepler-452 System');
  });

  async function reservations(): Promise<string> {
    await page.goto('/reservation');
    return page.locator('main').innerText();
  }

  async function deletePod(name = ''): Promise<void> {
    await world().kubectl(['delete', 'pod', name, '--namespace', NAMESPACE, '--timeout=90s'], { timeoutMs: 100_000 });
  }
});
