import { holdsWebLink } from '../mail/address.ts';
import type { MailMessage } from '../mail/message.ts';
import type { LinkToken } from './link-token.ts';

/** `travellerId` 0 with an empty username stands for an unknown address: the mail is written like any other and never sent. */
export interface MailedAccount {
  readonly travellerId: number;
  readonly username: string;
  /** The start of links in mails, without a slash at the end. */
  readonly publicUrl: string;
}

export function resetMail(account: MailedAccount, token: LinkToken, minutes: number, expiresAt: Date): MailMessage {
  const { travellerId, username, publicUrl } = account;
  const paragraphs = [
    'Somebody, hopefully you, asked for a new password for your account here.',
    ...usernameLines(username),
    `To choose a new password, open this link within ${minutes} minutes. It works once:\n${publicUrl}/reset-password?token=${token}`,
    'If it was not you, there is nothing to do: your password stays as it is.',
  ];
  return {
    travellerId,
    kind: 'password-reset',
    subject: 'Choose a new password',
    text: paragraphs.join('\n\n'),
    lapsesAt: expiresAt,
  };
}

export function passwordChangedMail({ travellerId, username, publicUrl }: MailedAccount): MailMessage {
  const paragraphs = [
    'The password of your account has just been changed, and all devices but the one that did it are logged out.',
    ...usernameLines(username),
    `If it was not you, choose another password at once:\n${publicUrl}/forgotten-password`,
  ];
  return {
    travellerId,
    kind: 'password-changed',
    subject: 'Your password has been changed',
    text: paragraphs.join('\n\n'),
  };
}

/** Leaves out a username that mail programs show as a link. Accounts made before usernameError refused it may have one. */
function usernameLines(username: string): readonly string[] {
  return holdsWebLink(username) ? [] : [`  Username:  ${username}`];
}
