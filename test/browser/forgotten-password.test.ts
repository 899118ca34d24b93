import { expect } from 'chai';
import { axeFaults } from '../support/axe.ts';
import { openPage } from '../support/browser.ts';
import { alerts, follow, logIn, submitForm } from '../support/traveller.ts';
import { startWebApp } from '../support/web-app.ts';
import { mailsOf, openResetLink } from './reset-link.ts';
import { world } from './world.ts';

describe('a forgotten password', () => {
  it('is replaced by the link in a mail, without scripts', async () => {
    const { page, context, faults } = await openPage(world().browser, world().url, { javaScriptEnabled: false });
    await page.goto('/login');
    await follow(page, page.getByRole('link', { name: 'Forgotten your password' }));
    await page.waitForURL('**/forgotten-password');
    const traveller = await openResetLink(page);
    expect(page.url()).to.equal(`${world().url}/reset-password`);
    const password = `${traveller.password} anew`;
    await submitForm(page, { password, confirm_password: password });
    await page.waitForURL('**/login');
    expect((await alerts(page))[0]).to.match(/^Success/);
    await logIn(page, { ...traveller, password });
    const [, told] = await mailsOf(traveller, 2);
    expect(told?.parsed.subject).to.equal('Your password has been changed');
    expect(faults).to.deep.equal([]);
    await context.close();
  });

  it('has a page without a form where no mail is sent', async () => {
    const app = await startWebApp(world().databaseUri);
    const { page, context } = await openPage(world().browser, app.url);
    try {
      await page.goto('/login');
      expect(await page.locator('a[href="/forgotten-password"]').count()).to.equal(0);
      await page.goto('/forgotten-password');
      expect(await page.locator('main form').count()).to.equal(0);
      expect(await axeFaults(page)).to.deep.equal([]);
    } finally {
      await context.close();
      await app.stop();
    }
  });
});
