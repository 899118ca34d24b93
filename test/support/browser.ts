import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { isRoot } from '../../scripts/cluster/debian.ts';
import { ensureChromium } from './chromium.ts';

const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** The sizes that pages are looked at in: the narrowest telephone that WCAG asks for, and a desktop. */
export const WIDTHS = { narrow: { width: 320, height: 640 }, wide: { width: 1280, height: 800 } } as const;

/** Headless Chromium; as root without its sandbox, which root cannot have. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureChromium(), args: isRoot ? ['--no-sandbox', ...FLAGS] : FLAGS });
}

/** A page in a context of its own, and everything that a good page never does. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Scripts that threw, what the content security policy stopped, requests to other hosts, files that were not there. */
  readonly faults: string[];
}

/** `url` is the only origin that the page may speak to; relative addresses start there. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: url, viewport: WIDTHS.wide, ...options });
  context.setDefaultTimeout(10_000);
  const faults: string[] = [];
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== 'data:') faults.push(`asked another host: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) {
      faults.push(`${response.status()} for ${response.url()}`);
    }
  });
  context.on('console', (message) => {
    // the browser also reports each page that is answered with 4xx, which is what a refused form is
    const refusedForm = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refusedForm) faults.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`script: ${error.error().message}`));
  return { page: await context.newPage(), context, faults };
}
