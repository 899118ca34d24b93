/** What a feature wants a traveller to be told. The outbox adds greeting and closing, and looks their address up when it is sent. */
export interface MailMessage {
  readonly travellerId: number;
  /** Where it goes, if not to the address that the traveller has when it is sent. */
  readonly to?: string;
  readonly kind: MailKind;
  /** One line. */
  readonly subject: string;
  /** Plain text: paragraphs with an empty line between them. */
  readonly text: string;
  readonly calendar?: CalendarAttachment;
  /** When it is of no use any more; sooner than MAIL_LAPSE_HOURS where given. */
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
  /** The METHOD that the file itself names. */
  readonly method: 'PUBLISH' | 'CANCEL';
}
