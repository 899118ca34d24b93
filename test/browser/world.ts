import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { type Mysql, startMysql } from '../support/mysql.ts';
import { type Smtp, startSmtp } from '../support/smtp.ts';
import { type RunningWebApp, startWebApp } from '../support/web-app.ts';

/** What all browser tests share: one MySQL, one mail server, one web app, one Chromium. Each test signs up travellers of its own. */
export interface World {
  readonly browser: Browser;
  readonly url: string;
  readonly databaseUri: string;
  readonly smtp: Smtp;
}

let mysql: Mysql | undefined;
let smtp: Smtp | undefined;
let webApp: RunningWebApp | undefined;
let browser: Browser | undefined;

/** The world that the root hooks of hooks.test.ts have set up. */
export function world(): World {
  if (!browser || !webApp || !mysql || !smtp) throw new Error('the browser tests have not been set up');
  return { browser, url: webApp.url, databaseUri: mysql.uri, smtp };
}

export async function setUp(): Promise<void> {
  mysql = await startMysql();
  smtp = await startSmtp();
  const mail = { SMTP_URL: smtp.url, MAIL_FROM: 'Star Trips <trips@stars.example>' };
  webApp = await startWebApp(mysql.uri, (url) => ({ ...mail, PUBLIC_URL: url }));
  browser = await launchBrowser();
}

export async function tearDown(): Promise<void> {
  await browser?.close();
  await webApp?.stop();
  await smtp?.stop();
  await mysql?.stop();
}
