import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { openPage, type WatchedPage, WIDTHS } from '../support/browser.ts';
import { fillDeparture, HttpTraveller } from '../support/http-traveller.ts';
import { alerts, aTraveller, aTrip, daysAhead, type Traveller, type Trip } from '../support/traveller.ts';
import { mailsOf } from './reset-link.ts';
import { world } from './world.ts';

/** Everything that travellers do, by keyboard alone, and without any script in the page. */
describe('by keyboard alone and without JavaScript, a traveller', () => {
  let watched: WatchedPage;
  let page: Page;
  let traveller: Traveller;
  let http: HttpTraveller;

  beforeEach(async () => {
    watched = await openPage(world().browser, world().url, {
      javaScriptEnabled: false,
      locale: 'en-GB',
      acceptDownloads: true,
    });
    page = watched.page;
    traveller = aTraveller();
    http = new HttpTraveller(world().url);
  });

  afterEach(async () => {
    await watched.context.close();
    expect(watched.faults).to.deep.equal([]);
  });

  const signedIn = async () => {
    await http.signUp(traveller);
    await http.get('/home');
    await watched.context.addCookies([...http.cookies].map(([name, value]) => ({ name, value, url: world().url })));
  };

  it('skips the navigation, registers, is told what is wrong, gets to it, logs in and logs out', async () => {
    await page.goto('/');
    await page.keyboard.press('Tab');
    expect(await focused(page)).to.include({ text: 'Skip to the content' });
    await press(page, { name: 'register' });
    await type(page, 'username', 'short');
    await type(page, 'name', traveller.name);
    await type(page, 'email_address', traveller.email_address);
    await type(page, 'password', traveller.password);
    await type(page, 'confirm_password', traveller.password);
    await enter(page);
    expect(await alerts(page)).to.deep.equal(['Field must be between 8 and 30 characters long.']);
    // the message has the focus or comes next, and leads to its field
    await tabTo(page, { tag: 'A', text: 'Field must be between 8 and 30 characters long.' });
    await page.keyboard.press('Enter');
    await page.waitForURL(/#username$/);
    await type(page, 'username', traveller.username);
    await type(page, 'password', traveller.password);
    await type(page, 'confirm_password', traveller.password);
    await press(page, { name: 'submit' });
    expect((await alerts(page))[0]).to.match(/^Success/);
    await type(page, 'username', traveller.username);
    await type(page, 'password', traveller.password);
    await enter(page);
    expect((await alerts(page))[0]).to.contain('You are logged in');
    await press(page, { name: 'logout' });
    expect((await alerts(page))[0]).to.contain('logged out');
  });

  it('looks for a day in the calendar, books it, changes its dates, and has its ticket and calendar file', async () => {
    await signedIn();
    const departure = daysAhead(45);
    await page.goto('/departures');
    await choose(page, 'calendar_destination', 'Kepler-452 System');
    await typeMonth(page, 'calendar_month', departure);
    await press(page, { text: 'Show' });
    await press(page, { text: `${spokenDay(departure)}, 5 of 5 places left` });
    expect(await page.locator('#departure_date').inputValue()).to.equal(departure);
    await type(page, 'age', '42');
    await typeDay(page, 'return_date', daysAhead(50));
    await press(page, { name: 'submit' });
    expect((await alerts(page))[0]).to.contain('Your vacation has been booked');

    await press(page, { text: 'Change dates' });
    await typeDay(page, 'departure_date', daysAhead(46));
    await typeDay(page, 'return_date', daysAhead(52));
    await press(page, { name: 'submit' });
    expect((await alerts(page))[0]).to.contain('has new dates');
    expect(await page.locator('main').innerText()).to.contain(spokenDay(daysAhead(46)));

    await tabTo(page, { text: 'Calendar file' });
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(await readFile(await file.path(), 'utf8')).to.contain('BEGIN:VCALENDAR');
    await press(page, { text: 'Ticket' });
    expect(await page.locator('h1').innerText()).to.equal('Kepler-452 System');
  });

  it('cancels a trip, thinks better of it, and cancels it after all', async () => {
    await signedIn();
    await http.book(newTrip());
    await page.goto('/reservation');
    await press(page, { name: 'cancel' });
    expect((await alerts(page))[0]).to.contain('has been cancelled');
    await press(page, { name: 'undo' });
    expect((await alerts(page))[0]).to.contain('is on again');
    await press(page, { name: 'cancel' });
    expect(await page.locator('[name=cancel]').count()).to.equal(0);
  });

  it('takes another day when the departure is full', async () => {
    await signedIn();
    const trip = newTrip();
    await fillDeparture(world().url, trip);
    await page.goto(`/book?destination=trappist-1&departure=${trip.departure_date}&return=${trip.return_date}`);
    await type(page, 'age', '42');
    await enter(page);
    expect((await alerts(page))[0]).to.contain('no available slots');
    await press(page, { name: 'alternative' });
    expect((await alerts(page))[0]).to.contain('Your vacation has been booked');
  });

  it('joins the waiting list, leaves it, joins again, and takes the place that is offered', async () => {
    await signedIn();
    const trip = newTrip();
    const [first] = await fillDeparture(world().url, trip);
    const join = async () => {
      await page.goto(`/book?destination=trappist-1&departure=${trip.departure_date}&return=${trip.return_date}`);
      await type(page, 'age', '42');
      await enter(page);
      await press(page, { name: 'join' });
      expect((await alerts(page))[0]).to.contain('You are on the waiting list');
    };
    await join();
    await press(page, { name: 'leave' });
    expect(await page.locator('[name=leave]').count()).to.equal(0);
    await join();
    await first?.cancel();
    await page.goto('/reservation');
    await press(page, { name: 'take' });
    expect((await alerts(page))[0]).to.contain('Your vacation has been booked');
  });

  it('changes the password, logs out elsewhere, takes the data away, and deletes the account', async () => {
    await signedIn();
    await page.goto('/account');
    await type(page, 'current_password', traveller.password);
    await type(page, 'password', 'another giraffe');
    await type(page, 'confirm_password', 'another giraffe');
    await enter(page);
    expect((await alerts(page))[0]).to.contain('Your password has been changed');
    await press(page, { text: 'Log out everywhere else' });
    expect((await alerts(page))[0]).to.contain('logged out everywhere else');
    await tabTo(page, { text: 'Download my data' });
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(await readFile(await file.path(), 'utf8')).to.contain(traveller.username);
    await type(page, 'delete_password', 'another giraffe');
    await press(page, { text: 'Delete my account' });
    expect((await alerts(page))[0]).to.contain('Farewell');
    expect(await page.locator('[name=login]').count()).to.be.above(0);
  });

  it('has forgotten the password, asks for a link, and chooses another', async () => {
    await http.signUp(traveller);
    await page.goto('/login');
    await press(page, { href: '/forgotten-password' });
    await type(page, 'email_address', traveller.email_address);
    await enter(page);
    const [mail] = await mailsOf(traveller, 1);
    await page.goto(/^http\S+\/reset-password\?\S+$/m.exec(mail?.parsed.text ?? '')?.[0] ?? '');
    await type(page, 'password', 'another giraffe');
    await type(page, 'confirm_password', 'another giraffe');
    await enter(page);
    expect((await alerts(page))[0]).to.match(/^Success/);
  });

  it('always sees where the focus is, and it is never hidden, on a telephone too', async () => {
    await signedIn();
    await http.book(newTrip());
    for (const path of ['/book', '/reservation', '/account', '/departures']) {
      await page.goto(path);
      await page.setViewportSize(WIDTHS.narrow);
      const stops = await page
        .locator('a[href], button:not([tabindex="-1"]), input:not([type=hidden], [hidden]), select')
        .count();
      for (let stop = 0; stop < Math.min(stops, 40); stop += 1) {
        await page.keyboard.press('Tab');
        const { tag, name, text, shown, outlined } = await focused(page);
        expect({ shown, outlined }, `${path}: ${tag} ${name} ${text}`).to.deep.equal({ shown: true, outlined: true });
      }
    }
  });
});

let trips = 0;

function newTrip(): Trip {
  trips += 1;
  return aTrip({ departure_date: daysAhead(4_000 + trips), return_date: daysAhead(4_010 + trips) });
}

interface Target {
  readonly tag?: string;
  readonly href?: string;
  readonly name?: string;
  readonly id?: string;
  readonly text?: string;
}

/** Presses Tab until what is meant has the focus: first from where it is, then once round. */
async function tabTo(page: Page, target: Target): Promise<void> {
  for (let presses = 0; presses < 160; presses += 1) {
    const now = await focused(page);
    if (Object.entries(target).every(([key, value]) => now[key as keyof Target] === value)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key does not reach ${JSON.stringify(target)}`);
}

async function press(page: Page, target: Target): Promise<void> {
  await tabTo(page, target);
  await enter(page);
}

/** Enter, and the page that comes of it. */
async function enter(page: Page): Promise<void> {
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')]);
}

async function type(page: Page, name: string, text: string): Promise<void> {
  await tabTo(page, { name });
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

/** In the order that the browser's language has: day first, month first, or year first. */
async function typeDay(page: Page, name: string, day: string): Promise<void> {
  const field = page.locator(`[name="${name}"]`);
  const [year = '', month = '', date = ''] = day.split('-');
  await tabTo(page, { name });
  for (const typed of [`${month}${date}${year}`, `${date}${month}${year}`, `${year}${month}${date}`]) {
    for (let part = 0; part < 3; part += 1) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type(typed);
    if ((await field.inputValue()) === day) return;
  }
  throw new Error(`${name} is ${await field.inputValue()}, not ${day}`);
}

/** By the name of the month and the year, in either order. */
async function typeMonth(page: Page, id: string, day: string): Promise<void> {
  const [year = '', month = ''] = day.split('-');
  const name = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' }).format(new Date(day));
  await tabTo(page, { id });
  for (const parts of [
    [name.slice(0, 3), year],
    [year, name.slice(0, 3)],
    [year, month],
  ]) {
    await page.keyboard.press('ArrowLeft');
    for (const part of parts) {
      await page.keyboard.type(part);
      await page.keyboard.press('ArrowRight');
    }
    if ((await page.locator(`#${id}`).inputValue()) === `${year}-${month}`) return;
  }
  throw new Error(`${id} is ${await page.locator(`#${id}`).inputValue()}`);
}

/** Selects by typing the beginning of the option. */
async function choose(page: Page, id: string, option: string): Promise<void> {
  await tabTo(page, { id });
  await page.keyboard.type(option);
  expect(await page.locator(`#${id} option:checked`).innerText()).to.equal(option);
}

interface Focus extends Required<Target> {
  /** It is in the window, and nothing lies over it. */
  readonly shown: boolean;
  readonly outlined: boolean;
}

function focused(page: Page): Promise<Focus> {
  return page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const attribute = (name: string) => element.getAttribute(name) ?? '';
    const { left, top, width, height } = element.getBoundingClientRect();
    const over = document.elementFromPoint(left + width / 2, top + height / 2);
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return {
      tag: element.tagName,
      href: attribute('href'),
      name: attribute('name'),
      id: attribute('id'),
      text: element.textContent.trim(),
      shown: over !== null && (element.contains(over) || over.contains(element)),
      outlined: outlineStyle !== 'none' && outlineWidth !== '0px',
    };
  });
}

function spokenDay(day: string): string {
  const options = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(day)).replace(',', '');
}
