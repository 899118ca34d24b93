import { expect } from 'chai';
import { axeFaults } from '../support/axe.ts';
import { openPage } from '../support/browser.ts';
import { alerts, aTraveller, follow, logIn, register, submitForm } from '../support/traveller.ts';
import { openConfirmationLink } from './confirmation-link.ts';
import { mailsOf } from './reset-link.ts';
import { world } from './world.ts';

describe('the own details', () => {
  it('are corrected without scripts: the name at once, the e-mail address by the link in a mail', async () => {
    const { page, context, faults } = await openPage(world().browser, world().url, { javaScriptEnabled: false });
    const traveller = aTraveller();
    await register(page, traveller);
    await logIn(page, traveller);

    await page.goto('/account');
    const form = page.locator('main form[action="/account/name"]');
    await form.getByLabel('Name').fill('Eleanor Ann Arroway');
    await follow(page, form.getByRole('button', { name: 'Change name' }));
    expect(await alerts(page)).to.deep.equal(['Success! Your name has been changed.']);
    expect(await page.getByText('You are Eleanor Ann Arroway').isVisible()).to.equal(true);

    const email_address = await openConfirmationLink(page, { traveller });
    expect(page.url()).to.equal(`${world().url}/account/email/confirm`);
    await submitForm(page, {});
    await page.waitForURL('**/account');
    expect(await alerts(page)).to.deep.equal(['Success! Your e-mail address has been changed.']);
    expect(await page.getByLabel('E-mail').inputValue()).to.equal(email_address);
    const subjects = (await mailsOf(traveller, 2)).map(({ parsed }) => parsed.subject);
    expect(subjects).to.include('Your e-mail address has been changed');
    expect(faults).to.deep.equal([]);
    await context.close();
  });

  it('lead with a mistake to its field, from the message at the top', async () => {
    const { page, context } = await openPage(world().browser, world().url);
    const traveller = aTraveller();
    await register(page, traveller);
    await logIn(page, traveller);
    await page.goto('/account');
    const form = page.locator('main form[action="/account/email"]');
    await form.locator('[name="email_address"]').fill('none');
    await follow(page, form.locator('button'));
    expect(await alerts(page)).to.have.length(2);
    for (const field of ['email_address', 'email_password']) {
      await page.locator(`body > div a[href="#${field}"]`).click();
      expect(await page.evaluate(() => document.activeElement?.id)).to.equal(field);
      const described = await page.locator(`#${field}`).getAttribute('aria-describedby');
      expect(described).to.include(`${field}_error`);
    }
    expect(await axeFaults(page)).to.deep.equal([]);
    await context.close();
  });
});
