import { expect } from 'chai';
import { recordingLogger } from '../support/recording-logger.ts';

describe('The log', () => {
  const logged = (error: unknown) => {
    const { logger, text } = recordingLogger();
    logger.error('Request failed', { error });
    return JSON.parse(text()) as { readonly error: Readonly<Record<string, unknown>> };
  };

  it('keeps out what errors quote, whatever is in it', () => {
    const rows: readonly (readonly [string, string])[] = [
      ["Duplicate entry 'ada' for key 'traveller_username'", 'ada'],
      ["Incorrect string value: 'O'Hara's' for column 'name' at row 1", 'Hara'],
      ["Truncated incorrect value: 'a\nsecret line'", 'secret'],
      [`Unexpected token 'A', "Ada O'Hara lives" is not valid JSON`, 'Hara'],
      [`Unexpected token 'x', "{"username"... is not valid JSON`, 'username'],
    ];
    for (const [message, secret] of rows) {
      const cause = new Error(message);
      const { error } = logged(new Error('reading', { cause }));
      expect(JSON.stringify(error)).to.not.include(secret);
    }
  });

  it('tells of an error its name, its code, what it says, and where', () => {
    const { error } = logged(Object.assign(new TypeError("Unknown column 'x'"), { code: 'ER_BAD_FIELD_ERROR' }));
    expect(error).to.include({ name: 'TypeError', code: 'ER_BAD_FIELD_ERROR', message: "Unknown column '…'" });
    expect(error.stack).to.be.an('array').that.is.not.empty;
  });
});
