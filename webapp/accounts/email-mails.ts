import type { MailMessage } from '../mail/message.ts';
import type { LinkToken } from './link-token.ts';

/** The account whose e-mail address changes. `publicUrl` does not end with a slash. */
export interface ChangingAccount {
  readonly travellerId: number;
  readonly publicUrl: string;
}

/** Goes to the new address. */
export function confirmationMail(
  { travellerId, publicUrl }: ChangingAccount,
  to: string,
  token: LinkToken,
  until: { readonly spoken: string; readonly expiresAt: Date },
): MailMessage {
  const paragraphs = [
    'You asked to use this e-mail address for your account here.',
    `To confirm it, open this link and log in. It works until ${until.spoken}:\n${publicUrl}/account/email/confirm?token=${token}`,
    'If you did not ask for it, there is nothing to do: without the link, nobody uses your address.',
  ];
  return {
    ...{ travellerId, to, kind: 'email-confirmation' },
    subject: 'Confirm your e-mail address',
    text: paragraphs.join('\n\n'),
    lapsesAt: until.expiresAt,
  };
}

/** Goes to the address in force. It does not name the new one, because the address in force may be mistyped and a stranger's. */
export function changeAskedMail({ travellerId, publicUrl }: ChangingAccount, to: string): MailMessage {
  const paragraphs = [
    'Somebody, hopefully you, asked to use another e-mail address for your account here. We sent a link to that address. Until it is opened, your mails come here.',
    `If it was not you, change your password. The link then does not work any more:\n${publicUrl}/account`,
  ];
  return {
    ...{ travellerId, to, kind: 'email-asked' },
    subject: 'Another e-mail address for your account',
    text: paragraphs.join('\n\n'),
  };
}

/** Goes to the old address. */
export function addressChangedMail(travellerId: number, to: string): MailMessage {
  return {
    ...{ travellerId, to, kind: 'email-changed' },
    subject: 'Your e-mail address has been changed',
    text: 'The e-mail address of your account here has just been changed. This is the last mail about the account that comes to this address.',
  };
}
