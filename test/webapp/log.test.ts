import { expect } from 'chai';
import { join } from 'node:path';
import { createLogger } from '../../webapp/log.ts';
import { root } from '../../scripts/cluster/paths.ts';
import { run } from '../../scripts/cluster/run.ts';
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

  it('leaves no listener on the process while no line waits', () => {
    const before = process.listenerCount('exit');
    Array.from({ length: 20 }, () => createLogger('error'));
    expect(process.listenerCount('exit')).to.equal(before);
  });

  it('writes what it was told when the process ends, and leaves no listener once a line is written', async () => {
    const script = `
      const { createLogger } = await import(process.argv[1]);
      const logger = createLogger('info');
      const before = process.listenerCount('exit');
      logger.info('First');
      logger.warn('Second');
      logger.info('Third', { left: process.listenerCount('exit') - before });
      process.exit();`;
    const file = join(root, 'webapp', 'log.ts');
    const printed = await run(process.execPath, ['--input-type=module', '--eval', script, file]);
    const lines = printed.trimEnd().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { readonly message: string; readonly left?: number });
    expect(told.map(({ message }) => message)).to.deep.equal(['First', 'Second', 'Third']);
    expect(told[2]?.left).to.equal(0);
  }).timeout(30_000);
});
