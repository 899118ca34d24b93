import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Page, Route } from 'playwright-core';
import { axeFaults } from '../support/axe.ts';
import { openPage, type WatchedPage, WIDTHS } from '../support/browser.ts';
import { put, startStatusPage, type StatusPage } from '../support/status-page.ts';
import { until } from '../support/until.ts';
import { appStates, manyApps } from './status-page-states.ts';
import { world } from './world.ts';

/** SCREENSHOTS=folder keeps a picture of every page in every look. */
const pictures = process.env.SCREENSHOTS;

const OBJECTS = [...appStates.flatMap(({ objects }) => objects), ...manyApps];

const WATCHES = ['VacationApp', 'Secret', 'Deployment', 'StatefulSet', 'Pod'].map((kind, index) => ({
  kind,
  namespace: '',
  silentMs: index === 4 ? 400_000 : 7_000 * (index + 1),
  isRefused: false,
}));
const QUEUE = {
  name: 'vacationapp',
  depth: 3,
  unfinishedMs: [120],
  slowest: [{ key: 'travel/stalled', ms: 2_140, ended: new Date(Date.now() - 400_000) }],
};

interface Shown {
  readonly title: string;
  readonly path: string;
  readonly status?: number;
  readonly shows: readonly string[];
}

const PAGES: readonly Shown[] = [
  { title: 'the list', path: '/', shows: ['Stalled', 'Page 1 of 2', 'stalled-web-59c8-zq7n1'] },
  { title: 'the second page of the list', path: '/?page=2', shows: ['Page 2 of 2', 'trip-119'] },
  { title: 'a filtered list', path: '/?namespace=travel&state=Reconciling', shows: ['contested', 'migrating'] },
  { title: 'a list that nothing matches', path: '/?text=nowhere', shows: ['No app matches'] },
  ...appStates.map(({ name, shows }) => ({ title: `an app that is ${name}`, path: `/apps/travel/${name}`, shows })),
  { title: 'an app that is gone', path: '/apps/travel/gone', status: 404, shows: ['There is no such app'] },
  { title: 'events', path: '/apps/travel/stalled/events', shows: ['Back-off pulling image', 'Warning'] },
  { title: 'the operator', path: '/operator', shows: ['This replica leads', 'travel/stalled', '2.1 s'] },
];

const EVENTS = {
  items: [
    {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'stalled-web-59c8-zq7n1' },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off pulling image "registry.example.com/vacation-webapp:typo"',
      count: 12,
      lastTimestamp: new Date().toISOString(),
    },
  ],
};

describe('the status page in a browser', () => {
  let page: StatusPage;

  before(async () => {
    page = await startStatusPage({
      objects: OBJECTS,
      answer: () => EVENTS,
      state: { watches: WATCHES, controllers: [QUEUE] },
    });
    putSizes(page);
  });

  after(() => page.stop());

  for (const { title, path, status = 200, shows } of PAGES) {
    describe(title, () => {
      let watched: WatchedPage;

      before(async () => {
        watched = await openPage(world().browser, page.url);
        const response = await watched.page.goto(path);
        expect(response?.status()).to.equal(status);
      });

      after(() => watched.context.close());

      it('shows what there is to know, and raises no error', async () => {
        const text = (await watched.page.locator('main').innerText()).replace(/\s+/g, ' ');
        for (const words of shows) expect(text).to.contain(words);
        expect(await watched.page.locator('h1').count()).to.equal(1);
        expect(watched.faults).to.deep.equal([]);
      });

      for (const [width, viewport] of Object.entries(WIDTHS)) {
        for (const colorScheme of ['light', 'dark'] as const) {
          it(`has no accessibility fault that axe knows, ${width} and ${colorScheme}, and does not scroll sideways`, async () => {
            await watched.page.setViewportSize(viewport);
            await watched.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
            await picture(watched.page, `${title} ${width} ${colorScheme}`);
            const overflow = await watched.page.evaluate(
              () => document.documentElement.scrollWidth - window.innerWidth,
            );
            expect(overflow).to.be.at.most(0);
            expect(await axeFaults(watched.page)).to.deep.equal([]);
          });
        }
      }
    });
  }
});

describe('the status page, used in a browser', () => {
  let page: StatusPage;

  before(async () => {
    page = await startStatusPage({ objects: OBJECTS, answer: () => EVENTS });
    putSizes(page);
  });

  after(() => page.stop());

  it('is read and filtered by keyboard alone and without scripts', async () => {
    const { page: tab, context, faults } = await openPage(world().browser, page.url, { javaScriptEnabled: false });
    await tab.goto('/');
    await tab.keyboard.press('Tab');
    expect(await tab.locator(':focus').innerText()).to.equal('Skip to the content');
    await tabTo(tab, '#text');
    await tab.keyboard.type('pull');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/text=pull/);
    await tabTo(tab, '.app-name a');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/apps\/travel\/stalled/);
    await tabTo(tab, 'a[href$="/events"]');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/events$/);
    expect(await tab.locator('main').innerText()).to.contain('Back-off pulling image');
    await tab.goto('/apps/travel/contested');
    await tabTo(tab, 'summary');
    await tab.keyboard.press('Enter');
    expect(await tab.locator('#sizes-table table').isVisible()).to.equal(true);
    await context.close();
    expect(faults).to.deep.equal([]);
  });

  it('loads itself again without scripts where the address asks for it', async () => {
    const { page: tab, context } = await openPage(world().browser, page.url, { javaScriptEnabled: false });
    await tab.goto('/apps/travel/stalled');
    await tab.getByRole('link', { name: 'every 5 s' }).click();
    await tab.waitForURL(/refresh=5/);
    await tab.waitForRequest(/\/apps\/travel\/stalled\?refresh=5/, { timeout: 20_000 });
    await context.close();
  });

  it('loads one answer at a time, however many changes there are, and again when the stream is back', async () => {
    const { page: tab, context } = await openPage(world().browser, page.url);
    const loads: Route[] = [];
    const streams: Route[] = [];
    await tab.route('**/stream?*', (route) => void streams.push(route));
    await tab.goto('/');
    await tab.route(`${page.url}/`, (route) => void loads.push(route));
    const changes = (count: number): string => 'event: changed\ndata:\n\n'.repeat(count);
    const answerStream = async (body: string): Promise<void> => {
      await until('the stream is asked for', () => streams.length > 0);
      await streams.shift()?.fulfill({ contentType: 'text/event-stream', body });
      await tab.getByText('Connection lost').waitFor();
    };
    await answerStream(`retry: 10\n\n${changes(5)}`);
    await until('it loads what changed before the stream was open', () => loads.length > 0);
    expect(loads).to.have.length(1);
    await loads[0]?.continue();
    await until('it loads once more', () => loads.length > 1);
    await loads[1]?.continue();
    await answerStream('retry: 600000\n\n');
    await until('it loads because the stream is back', () => loads.length > 2);
    expect(loads).to.have.length(3);
    await context.close();
  });

  it('shows what changed between the page and its stream', async () => {
    const { page: tab, context } = await openPage(world().browser, page.url);
    let stream: Route | undefined;
    await tab.route('**/stream?*', (route) => void (stream ??= route));
    await tab.goto('/apps/travel/hibernated');
    await until('the stream is asked for', () => stream !== undefined);
    const [app] = appStates.find(({ name }) => name === 'hibernated')?.objects ?? [];
    if (app) put(page.stores, { ...app, metadata: { ...app.metadata, deletionTimestamp: new Date() } }, 4_000);
    await stream?.continue();
    await tab.locator('h1').getByText('Deleting').waitFor();
    await context.close();
  });

  it('rests while it is in a tab behind others, and is up to date when somebody looks at it', async () => {
    const { page: tab, context } = await openPage(world().browser, page.url);
    const showTab = (isShown: boolean) =>
      tab.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, !isShown);
    await tab.goto('/apps/travel/migrating');
    await tab.getByText('Live', { exact: true }).waitFor();
    const closed = tab.waitForEvent('requestfailed', (request) => request.url().includes('/stream'));
    await showTab(false);
    await closed;
    const [app] = appStates.find(({ name }) => name === 'migrating')?.objects ?? [];
    if (app) put(page.stores, { ...app, metadata: { ...app.metadata, deletionTimestamp: new Date() } }, 4_001);
    await showTab(true);
    await tab.locator('h1').getByText('Deleting').waitFor();
    await context.close();
  });

  it('follows an app live, keeps focus and what was opened, and tells that the app is gone', async () => {
    const { page: tab, context } = await openPage(world().browser, page.url);
    await tab.goto('/apps/travel/contested');
    await tab.getByText('Live', { exact: true }).waitFor();
    await tab.locator('summary').focus();
    await tab.keyboard.press('Enter');
    const app = appStates.find(({ name }) => name === 'contested')?.objects[0];
    const metadata = { name: 'contested', namespace: 'travel', uid: 'uid-of-contested', resourceVersion: '5000' };
    page.stores
      .get('VacationApp')
      ?.observe('MODIFIED', { ...app, metadata: { ...metadata, deletionTimestamp: new Date() } });
    await tab.locator('h1').getByText('Deleting').waitFor();
    expect(await tab.locator('#sizes-table').getAttribute('open')).not.to.equal(null);
    expect(await tab.evaluate(() => document.activeElement?.tagName)).to.equal('SUMMARY');
    page.stores.get('VacationApp')?.observe('DELETED', { ...app, metadata: { ...metadata, resourceVersion: '5001' } });
    await tab.getByText('There is no such app').waitFor();
    await context.close();
  });
});

/** A morning of an autoscaler. */
function putSizes({ stores }: StatusPage): void {
  const autoscaler = OBJECTS.find(
    ({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === 'contested-web',
  );
  for (const [index, [current, desired]] of [
    [2, 4],
    [4, 4],
    [4, 3],
  ].entries()) {
    // prettier-ignore
    if (autoscaler) put(stores, { ...autoscaler, ...({ status: { currentReplicas: current, desiredReplicas: desired } } as object) }, 3_000 + index);
  }
}

async function tabTo(tab: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await tab.locator(`${selector}:focus`).count()) return;
    await tab.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

async function picture(tab: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await tab.screenshot({ path: join(pictures, `status-page-${name.replace(/\W+/g, '-')}.png`), fullPage: true });
}
