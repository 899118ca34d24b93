import type { Page } from 'playwright-core';
import { until } from '../../scripts/cluster/run.ts';
import { HttpTraveller } from '../support/http-traveller.ts';
import { aTraveller, submitForm, type Traveller } from '../support/traveller.ts';
import { world } from './world.ts';

/** The mails that a traveller got, the newest last, once there are so many. */
export async function mailsOf({ email_address }: Pick<Traveller, 'email_address'>, count: number) {
  const mails = () => world().smtp.mails.filter(({ to }) => to.includes(email_address));
  await until(`mail ${count}`, 20_000, () => Promise.resolve(mails().length >= count));
  return mails();
}

/** Somebody who has an account and asks for a link; the page shows what it leads to. */
export async function openResetLink(page: Page): Promise<Traveller> {
  const traveller = aTraveller();
  await new HttpTraveller(world().url).signUp(traveller);
  await page.goto('/forgotten-password');
  await submitForm(page, { email_address: traveller.email_address });
  const [mail] = await mailsOf(traveller, 1);
  await page.goto(/^http\S+\/reset-password\?\S+$/m.exec(mail?.parsed.text ?? '')?.[0] ?? '');
  return traveller;
}
