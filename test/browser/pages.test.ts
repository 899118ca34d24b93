import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { BrowserContext, Page } from 'playwright-core';
import { axeFaults } from '../support/axe.ts';
import { HttpTraveller } from '../support/http-traveller.ts';
import { openPage, type WatchedPage, WIDTHS } from '../support/browser.ts';
import { alerts, aTraveller } from '../support/traveller.ts';
import { NAVIGATION, type SignedUp, type State, states } from './states.ts';
import { world } from './world.ts';

/** SCREENSHOTS=folder keeps a picture of every state in every look. */
const pictures = process.env.SCREENSHOTS;

describe('the pages', () => {
  for (const state of states) {
    describe(state.title, () => {
      let watched: WatchedPage;
      let page: Page;

      before(async () => {
        const url = state.broken ? await world().broken(state.broken) : world().url;
        watched = await openPage(world().browser, url);
        page = watched.page;
        const one = await signedUp();
        if (state.who === 'traveller') await bringAlong(watched.context, one);
        await state.open(page, one);
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
        if (state.alerts !== undefined) expect(found).to.have.length(state.alerts);
        expect(found.filter((text) => text === '')).to.deep.equal([]);
      });

      it('has its fields by name and id in forms that leave the messages to the server', async () => {
        for (const field of state.fields ?? []) {
          expect(await page.locator(`main [name="${field}"]`).count(), `name ${field}`).to.be.greaterThan(0);
          expect(await page.locator(`[id="${field}"]`).count(), `id ${field}`).to.equal(1);
        }
        expect(await page.locator('form:not([novalidate])').count()).to.equal(0);
      });

      for (const [width, viewport] of Object.entries(WIDTHS)) {
        it(`shows its links and buttons, ${width}, without scrolling sideways`, async () => {
          await page.setViewportSize(viewport);
          for (const name of controlsOf(state)) {
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
            await picture(page, `${width}-${colorScheme}`, state);
          });
        }
      }

      it('moves nothing where less motion is asked for, and is whole in forced colours', async () => {
        await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
        expect(await page.evaluate(() => document.getAnimations().length)).to.equal(0);
        for (const name of controlsOf(state)) {
          expect(await page.locator(`[name="${name}"]`).first().isVisible(), name).to.equal(true);
        }
        await picture(page, 'forced-colors', state);
        await page.emulateMedia({ forcedColors: 'none' });
      });
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
    for (const name of NAVIGATION.visitor) {
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
});

async function signedUp(): Promise<SignedUp> {
  const [traveller, http] = [aTraveller(), new HttpTraveller(world().url)];
  await http.signUp(traveller);
  return { traveller, http };
}

/** The page's cookies are those that were got without it. */
async function bringAlong(context: BrowserContext, { http }: SignedUp): Promise<void> {
  // what was to be told on the next page has been read
  await http.get('/home');
  await context.addCookies([...http.cookies].map(([name, value]) => ({ name, value, url: world().url })));
}

function controlsOf({ who, then = who, controls = [] }: State): readonly string[] {
  return [...NAVIGATION[then], ...controls];
}

async function picture(page: Page, look: string, { title }: State): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  const name = `${title.replaceAll(/[^a-z0-9]+/gi, '-')}-${look}.png`;
  await page.screenshot({ path: join(pictures, name), fullPage: true });
}
