import type { Page } from 'playwright-core';
import { aTraveller, follow, type Traveller } from '../support/traveller.ts';
import { mailsOf } from './reset-link.ts';

/** Asks for another e-mail address, with the page of somebody who is logged in. */
export async function askForAddress(page: Page, { traveller }: { readonly traveller: Traveller }): Promise<string> {
  const { email_address } = aTraveller();
  await page.goto('/account');
  const form = page.locator('main form[action="/account/email"]');
  await form.locator('[name="email_address"]').fill(email_address);
  await form.locator('[name="email_password"]').fill(traveller.password);
  await follow(page, form.locator('button'));
  return email_address;
}

/** The same, and opens the link that is sent there. */
export async function openConfirmationLink(
  page: Page,
  { traveller }: { readonly traveller: Traveller },
): Promise<string> {
  const email_address = await askForAddress(page, { traveller });
  const [mail] = await mailsOf({ email_address }, 1);
  await page.goto(/^http\S+\/account\/email\/confirm\?\S+$/m.exec(mail?.parsed.text ?? '')?.[0] ?? '');
  return email_address;
}
