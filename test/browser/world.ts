import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { type Mysql, startMysql } from '../support/mysql.ts';
import { type RunningWebApp, startWebApp } from '../support/web-app.ts';

/** What all browser tests share: one MySQL, one web app, one Chromium. Each test signs up travellers of its own. */
export interface World {
  readonly browser: Browser;
  readonly url: string;
}

let mysql: Mysql | undefined;
let webApp: RunningWebApp | undefined;
let browser: Browser | undefined;

/** The world that the root hooks of hooks.test.ts have set up. */
export function world(): World {
  if (!browser || !webApp) throw new Error('the browser tests have not been set up');
  return { browser, url: webApp.url };
}

export async function setUp(): Promise<void> {
  mysql = await startMysql();
  webApp = await startWebApp(mysql.uri);
  browser = await launchBrowser();
}

export async function tearDown(): Promise<void> {
  await browser?.close();
  await webApp?.stop();
  await mysql?.stop();
}
