import { expect } from 'chai';
import { newLinkToken } from '../../../webapp/accounts/link-token.ts';
import { passwordChangedMail, resetMail } from '../../../webapp/accounts/password-mails.ts';

describe('Mails about a password', () => {
  const textsOf = (username: string) => {
    const account = { travellerId: 1, username, publicUrl: 'https://stars.example' };
    const reset = resetMail(account, newLinkToken(), 30, new Date('2030-01-01T00:00:00Z'));
    return [reset, passwordChangedMail(account)].map(({ text }) => text);
  };

  it('name the account', () => {
    for (const text of textsOf('ada.lovelace')) expect(text).to.include('\n\n  Username:  ada.lovelace\n\n');
  });

  it('carry no username that is an advertisement', () => {
    for (const text of textsOf('www.evil.example/1')) expect(text).to.not.include('evil').and.not.include('Username');
  });
});
