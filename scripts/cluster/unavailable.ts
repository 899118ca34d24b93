/** This machine lacks something; the message is one sentence for the reader that says what, and what to install. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
