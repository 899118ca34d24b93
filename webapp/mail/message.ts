/** A mail as a feature writes it. Greeting, closing and the traveller's address are added when it is sent. */
export interface MailMessage {
  readonly travellerId: number;
  /** The recipient, if it is not the address that the traveller has when the mail is sent. */
  readonly to?: string;
  readonly kind: MailKind;
  /** One line. */
  readonly subject: string;
  /** Plain text: paragraphs with an empty line between them. */
  readonly text: string;
  readonly calendar?: CalendarAttachment;
  /** When the mail becomes useless, if that is sooner than MAIL_LAPSE_HOURS. */
  readonly lapsesAt?: Date;
}

/** For logs and the traveller's own data; nothing depends on it. */
export type MailKind =
  | 'booked'
  | 'cancelled'
  | 'changed'
  | 'place-offered'
  | 'place-lapsed'
  | 'password-reset'
  | 'password-changed'
  | 'email-confirmation'
  | 'email-asked'
  | 'email-changed';

export interface CalendarAttachment {
  readonly fileName: string;
  readonly content: string;
  /** The METHOD in the file. */
  readonly method: 'PUBLISH' | 'CANCEL';
}
