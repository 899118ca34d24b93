import { asciiDomain, holdsAddress } from './address.ts';
import type { MailMessage } from './message.ts';

/** A mail as it is sent. */
export interface Letter {
  readonly messageId: string;
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly subject: string;
  readonly text: string;
  readonly calendar?: MailMessage['calendar'];
}

export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** The part of a mail that the table stores sealed. */
export type Content = Pick<MailMessage, 'to' | 'subject' | 'text' | 'calendar'>;

export interface Envelope {
  readonly id: string;
  readonly from: Mailbox;
  readonly to: Mailbox;
  /** The address of the application. */
  readonly publicUrl: string;
}

/**
 * The Message-ID is the same at each attempt, so that mail programs can recognise a mail that was sent twice. It is ASCII, because
 * strict servers refuse any other (RFC 5322). A name with a link is left out: accounts made before nameError refused it may have one.
 */
export function letterOf({ subject, text, calendar }: Content, { id, from, to, publicUrl }: Envelope): Letter {
  const name = holdsAddress(to.name) ? '' : oneLine(to.name);
  const greeting = name === '' ? 'Hello,' : `Dear ${name},`;
  return {
    messageId: `<${id}@${asciiDomain(from.address.slice(from.address.lastIndexOf('@') + 1))}>`,
    from,
    to: { name, address: oneLine(to.address) },
    subject: oneLine(subject),
    text: `${greeting}\n\n${text}\n\n${from.name === '' ? 'Interstellar Vacations' : from.name}\n${publicUrl}/\n`,
    ...(calendar && { calendar }),
  };
}

/** Removes line ends. They could begin another header, or a paragraph that seems to be ours. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
