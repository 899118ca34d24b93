import { randomBytes } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';

export interface Traveller {
  readonly username: string;
  readonly name: string;
  readonly email_address: string;
  readonly password: string;
}

export interface Trip {
  readonly age: string;
  readonly previous_experience: 'Yes' | 'No';
  readonly destination: string;
  readonly departure_date: string;
  readonly return_date: string;
  readonly blackhole_visit: 'Yes' | 'No';
}

export function aTraveller(overrides: Partial<Traveller> = {}): Traveller {
  const unique = randomBytes(5).toString('hex');
  return {
    username: `ellie-${unique}`,
    name: 'Ellie Arroway',
    email_address: `ellie-${unique}@example.com`,
    password: `contact-${unique}`,
    ...overrides,
  };
}

export function aTrip(overrides: Partial<Trip> = {}): Trip {
  return {
    age: '42',
    previous_experience: 'No',
    destination: 'TRAPPIST-1 System',
    departure_date: daysAhead(30),
    return_date: daysAhead(45),
    blackhole_visit: 'Yes',
    ...overrides,
  };
}

/** The date so many days from today, as date inputs have it. */
export function daysAhead(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** Fills in the fields with these names, whatever kind they are, and submits. */
export async function submitForm(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`main [name="${name}"]`).first();
    const [tag, type] = await field.evaluate((element) => [element.tagName, element.getAttribute('type')]);
    if (tag === 'SELECT') await field.selectOption({ label: value });
    else if (type === 'radio') await page.locator(`main [name="${name}"][value="${value}"]`).check();
    else await field.fill(value);
  }
  await follow(page, page.locator('main [name="submit"]').first());
}

/** Clicks on what leads to another page, or to the same one anew; resolves when that is there. */
export async function follow(page: Page, control: Locator): Promise<void> {
  await Promise.all([page.waitForEvent('domcontentloaded'), control.click()]);
}

export async function register(page: Page, traveller: Traveller): Promise<void> {
  await page.goto('/register');
  await submitForm(page, { ...traveller, confirm_password: traveller.password });
  await page.waitForURL('**/login');
}

export async function logIn(
  page: Page,
  { username, password }: Pick<Traveller, 'username' | 'password'>,
): Promise<void> {
  await page.goto('/login');
  await submitForm(page, { username, password });
  await page.waitForURL('**/home');
}

export async function book(page: Page, trip: Trip): Promise<void> {
  await page.goto('/book');
  await submitForm(page, { ...trip });
  await page.waitForURL('**/reservation');
}

/** The texts of the alerts: the `<div>`s that are children of `<body>`. */
export async function alerts(page: Page): Promise<string[]> {
  const texts = await page.locator('body > div').allInnerTexts();
  return texts.map((text) => text.trim());
}
